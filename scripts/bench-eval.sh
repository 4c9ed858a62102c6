#!/usr/bin/env bash
# Time `eps evaluate` against hotcoco and vernier from PyPI, and against decoding the same masks:
# interleaved rounds, medians and ratios, as a Markdown table.
#   bench-eval.sh EPS PYTHON ROUNDS [IMAGES]
# EPS is the release program; PYTHON has numpy, pillow, hotcoco 1.3.0 and vernier 0.5.4. Evaluation and
# decoding alone are timed as whole processes, the Python packages without the start of Python and
# their import. A second table has evaluation and decoding within one process that has done both before.
set -euo pipefail
cd "$(dirname "$0")/.."
eps=$(realpath "${1:?the eps program}") python=${2:?a Python with hotcoco and vernier}
rounds=${3:?rounds} images=${4:-1449}
pairs=${TMPDIR:-/tmp}/eps-evaluation-pairs-$images
[[ -e $pairs/list.txt ]] || "$python" scripts/make_evaluation_pairs.py "$pairs" "$images"
RAYON_NUM_THREADS=$(nproc) exec "$python" scripts/evaluation_peers.py "$eps" "$pairs" "$rounds"
