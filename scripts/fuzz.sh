#!/usr/bin/env bash
# Fuzz every parser of foreign bytes for some seconds each, from the committed fixtures.
#   fuzz.sh [SECONDS]       needs a nightly compiler and cargo-fuzz
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
run() { # TARGET SEEDS
  local corpus=${CARGO_TARGET_DIR:-target}/fuzz-corpus/$1
  mkdir -p "$corpus"
  cargo +nightly fuzz run "$1" --fuzz-dir fuzz "$corpus" "$2" -- \
    -max_total_time="$seconds" -print_final_stats=1 2>&1 | tail -n 12
}
run mxnet_params fixtures/mxnet
run pickle fixtures/pickle
run pictures fixtures/codec
