#!/usr/bin/env bash
# Compare the Python package with what it replaces, interleaved, as Markdown tables: fields with pydensecrf2,
# confusion with numpy.bincount and torchmetrics, the bilateral filter with rloss's module.
# Usage: scripts/bench-python.sh PYTHON ROUNDS [PART ..]
# PYTHON has the package of this checkout, numpy and pydensecrf2 1.1; torchmetrics and rloss's `bilateralfilter`
# are timed where they are there. A part is one of fields, first, batch, binding, confusion and filter; all by default.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:?a Python with the package} rounds=${2:?rounds}
model=$(grep -m1 "model name" /proc/cpuinfo | cut -d: -f2)
printf '%s, %s cores\n\n' "${model# }" "$(env -u OMP_NUM_THREADS nproc)"
shift 2
[[ $# -gt 0 ]] || set -- fields first batch binding confusion filter
for part; do
  arguments=("$rounds")
  if [[ $part == binding ]]; then
    cargo build --quiet --release --locked --package eps-crf --example infer
    arguments+=("${CARGO_TARGET_DIR:-target}/release/examples/infer")
  fi
  "$python" scripts/python_peers.py "$part" "${arguments[@]}"
  printf '\n'
done
