#!/usr/bin/env bash
# Time the saliency maps of a folder of photographs against onnxruntime with Pillow, as rembg runs a network:
# interleaved rounds, medians and ratios, as a Markdown table; the maps must agree.
#   bench-saliency-make.sh PYTHON MODEL KIND PHOTOGRAPHS [ROUNDS [THREADS]]
# PYTHON has onnxruntime, numpy and pillow; MODEL is an ONNX file of scripts/fetch-u2net.sh, KIND what it is.
# The time of eps is that of the whole process, that of onnxruntime is without Python's imports.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:?a Python with onnxruntime} model=${2:?an ONNX file} kind=${3:?its kind}
photographs=${4:?a folder of photographs} rounds=${5:-5} threads=${6:-2}
cargo build --quiet --release --locked --package eps-saliency --example maps
target=${CARGO_TARGET_DIR:-target}
"$python" scripts/saliency_make_peer.py rounds "$target/release/examples/maps" \
  "$model" "$kind" "$photographs" "$rounds" "$threads"
