#!/usr/bin/env bash
# Time the work on data sets on this machine's processor: interleaved rounds, medians and ratios, as
# Markdown tables.
#   bench-data.sh check EPS VOC-ROOT [ROUNDS]
# EPS is the release program; VOC-ROOT has a list `train`, masks and saliency maps.
set -euo pipefail
cd "$(dirname "$0")/.."
export RAYON_NUM_THREADS=${RAYON_NUM_THREADS:-$(nproc)}

# The examination of a data set against decoding its files alone, in one process, in turn.
bench_check() { # EPS VOC-ROOT [ROUNDS]
  "${1:?the eps program}" bench check --data "${2:?a folder in VOC layout}" --list train \
    --repeat "${3:-7}" | python3 -c '
import json, statistics, sys

runs = {run["pass"]: run for run in map(json.loads, sys.stdin)}
model = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line)
print("{}, {} threads, {} images\n".format(model, runs["check"]["threads"], runs["check"]["images"]))
print("| pass | median [s] | images/s | speed of `decode` | speed of `inspect` | rounds |")
print("| --- | ---: | ---: | ---: | ---: | ---: |")
median = {name: statistics.median(run["seconds"]) for name, run in runs.items()}
for name, run in runs.items():
    own = median[name]
    decode, inspect = median["decode"] / own, median["inspect"] / own
    speed, rounds = run["images"] / own, len(run["seconds"])
    print(f"| {name} | {own:.3f} | {speed:.0f} | {decode:.2f} | {inspect:.2f} | {rounds} |")
'
}

case ${1:-} in
  check) bench_check "${@:2}" ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
