#!/usr/bin/env bash
# Write fixtures/mxnet/version{0,1,2}.params with the MXNet releases that wrote these versions.
#   make-mxnet-fixtures.sh PYTHON2.7 PYTHON3.11
# MXNet 0.9.5 wrote version 0, 0.11.0 version 1 (both run on Python 2.7), 1.9.1 version 2.
set -euo pipefail
python2=${1:?a Python 2.7} python3=${2:?a Python 3.8 to 3.11}
fixtures=$(cd "$(dirname "$0")/.." && pwd)/fixtures/mxnet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/save.py" <<'PYTHON'
import sys
import numpy as np
import mxnet as mx

arrays = {
    "arg:conv1a_weight": np.arange(2 * 3 * 1 * 2, dtype=np.float32).reshape(2, 3, 1, 2) / 4 - 1,
    "aux:bn7_moving_var": np.array([0.5, 1.5, 2.5], dtype=np.float32),
    "arg:half": np.array([[1, -2], [0.25, 65504]], dtype=np.float16),
    "arg:counts": np.array([7, -8], dtype=np.int32),
}
mx.nd.save(sys.argv[1], {name: mx.nd.array(value, dtype=value.dtype) for name, value in arrays.items()})
PYTHON
save() { # PYTHON MXNET NUMPY FILE
  "$1" -m pip install --quiet --target "$work/$2" "mxnet==$2" "numpy$3" graphviz==0.8.1
  PYTHONPATH=$work/$2 "$1" "$work/save.py" "$fixtures/$4"
}
mkdir -p "$fixtures"
save "$python2" 0.9.5 '<1.17' version0.params
save "$python2" 0.11.0 '<1.17' version1.params
save "$python3" 1.9.1 '<1.24' version2.params
