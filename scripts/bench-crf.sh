#!/usr/bin/env bash
# Compare the dense CRF with pydensecrf2 on photographs, in one thread each: interleaved times with
# medians and ratios, or agreement, as Markdown tables.
#   bench-crf.sh PYTHON VOC-ROOT ROUNDS     times, and how fast memory is; each round takes another
#                                           photograph of 500x375
#   bench-crf.sh PYTHON VOC-ROOT agree      agreement on every photograph
# PYTHON has numpy, pillow and pydensecrf2 1.1 (which needs Cython below 3 to build).
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:?a Python with pydensecrf2} root=${2:?a folder in VOC layout} rounds=${3:?rounds or agree}
cargo build --quiet --release --locked --package eps-crf --examples
examples=${CARGO_TARGET_DIR:-target}/release/examples
infer=$examples/infer
if [[ $rounds == agree ]]; then
  exec "$python" scripts/crf_peer.py agree "$infer" "$root"
fi
model=$(grep -m1 "model name" /proc/cpuinfo | cut -d: -f2)
printf '%s, %s cores, pydensecrf2 1.1, one thread each\n\n' "${model# }" "$(nproc)"
"$python" scripts/crf_peer.py time "$infer" "$root" "$rounds"
printf '\nmemory of one and of two threads [GB/s]: %s\n' "$("$examples/bandwidth")"
