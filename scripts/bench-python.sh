#!/usr/bin/env bash
# Compare the Python package with what it replaces, interleaved, as Markdown tables: fields with pydensecrf2,
# confusion with numpy.bincount and torchmetrics, the bilateral filter with NumPy's lattice.
# Usage: scripts/bench-python.sh PYTHON ROUNDS
# PYTHON has the package of this checkout, numpy and pydensecrf2 1.1; torchmetrics is timed where it is there.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:?a Python with the package} rounds=${2:?rounds}
model=$(grep -m1 "model name" /proc/cpuinfo | cut -d: -f2)
printf '%s, %s cores\n\n' "${model# }" "$(nproc)"
for part in fields first batch confusion filter; do
  "$python" scripts/python_peers.py "$part" "$rounds"
  printf '\n'
done
