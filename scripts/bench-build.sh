#!/usr/bin/env bash
# Seconds of a cold `cargo build --release` of checkouts of this repository, one after the other.
#   scripts/bench-build.sh FOLDER ..     the first is what the others are compared with
# Crates are fetched before the clock starts; every build has an empty folder of its own.
set -euo pipefail
export CARGO_TERM_COLOR=never
unset CARGO_INCREMENTAL
echo "| commit | processor [s] | of the first | wall [s] | program [MB] |"
echo "| --- | ---: | ---: | ---: | ---: |"
first=
for folder in "$@"; do
  target=$(mktemp -d) times=$(mktemp)
  (cd "$folder" && cargo fetch --locked --quiet)
  (cd "$folder" && TIMEFORMAT='%U %S %R' && {
    time cargo build --release --locked --quiet --target-dir "$target" 2>&3
  } 3>&2 2> "$times")
  commit=$(git -C "$folder" rev-parse --short HEAD)
  bytes=$(wc -c < "$target/release/eps")
  read -r user system wall < "$times"
  first=${first:-$(awk "BEGIN { print $user + $system }")}
  awk -v c="$commit" -v u="$user" -v s="$system" -v w="$wall" -v f="$first" -v b="$bytes" \
    'BEGIN { printf "| %s | %.0f | %.2f | %.0f | %.1f |\n", c, u + s, (u + s) / f, w, b / 1e6 }'
  rm -rf "$target" "$times"
done
