#!/usr/bin/env bash
# Fuzz every parser of foreign bytes for some seconds each, from the committed fixtures.
#   fuzz.sh [SECONDS] [TARGET ..]       needs a nightly compiler and cargo-fuzz
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}
wanted=" ${*:2} "
run() { # TARGET SEEDS
  [[ $wanted == "  " || $wanted == *" $1 "* ]] || return 0
  local corpus=${CARGO_TARGET_DIR:-target}/fuzz-corpus/$1
  mkdir -p "$corpus"
  cargo +nightly fuzz run "$1" --fuzz-dir fuzz "$corpus" "$2" -- \
    -max_total_time="$seconds" -timeout=10 -print_final_stats=1 2>&1 | tail -n 40
}
run annotation fuzz/corpus/annotation
run cam_archive fixtures/cams
run cam_dictionary fixtures/cams
run instances fuzz/corpus/instances
run labels fixtures/golden/labels
run mxnet_params fixtures/mxnet
run pickle fixtures/pickle
run pictures fixtures/codec
run sbd_mask fixtures/sbd
run segmentation fuzz/corpus/segmentation
