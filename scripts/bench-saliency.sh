#!/usr/bin/env bash
# Time `eps saliency evaluate` against PySODMetrics on the same pairs: interleaved rounds, medians and
# ratios, as a Markdown table. Both read PNG files and compute every metric; their scores must agree.
#   bench-saliency.sh EPS PYTHON MASKS MAPS [PAIRS [ROUNDS]]
# EPS is the release program, PYTHON has pysodmetrics 1.6.0; pairs of the two folders are repeated up to
# PAIRS. The time of eps is that of the whole process, that of PySODMetrics is without Python's imports.
set -euo pipefail
cd "$(dirname "$0")/.."
eps=$(realpath "${1:?the eps program}") python=${2:?a Python with pysodmetrics}
masks=$(realpath "${3:?a folder of masks}") maps=$(realpath "${4:?a folder of maps}")
pairs=${5:-100} rounds=${6:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/masks" "$work/maps"
names=("$masks"/*.png)
for index in $(seq 0 $((pairs - 1))); do
  name=$(basename "${names[index % ${#names[@]}]}")
  target=$(printf '%05d_%s' "$index" "$name")
  cp "$masks/$name" "$work/masks/$target"
  cp "$maps/$name" "$work/maps/$target"
done
log=$work/log
time_eps() { # THREADS
  local begun=$EPOCHREALTIME
  RAYON_NUM_THREADS=$1 "$eps" saliency evaluate --truth "$work/masks" --predictions "$work/maps" \
    --json "$work/eps.json" >/dev/null 2>&1
  echo "eps $1 $(awk "BEGIN { print $EPOCHREALTIME - $begun }")" >>"$log"
}
for _ in $(seq "$rounds"); do
  "$python" scripts/saliency_peer.py "$work/masks" "$work/maps" >"$work/peer.json"
  "$python" -c 'import json, sys; print("peer 1", json.load(sys.stdin)["seconds"])' <"$work/peer.json" >>"$log"
  for threads in $(seq "$(nproc)"); do time_eps "$threads"; done
done
"$python" - "$log" "$work" "$pairs" <<'PYTHON'
import json, os, statistics, sys
from collections import defaultdict

log, work, pairs = sys.argv[1], sys.argv[2], int(sys.argv[3])
seconds = defaultdict(list)
for line in open(log):
    side, threads, value = line.split()
    seconds[side, int(threads)].append(float(value))
peer = json.load(open(f"{work}/peer.json"))
found = json.load(open(f"{work}/eps.json"))[0]
largest = max(abs(found[name] - value) for name, value in peer["scores"].items())
assert largest <= 1e-10, f"scores differ by {largest}"
model = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line)
print(f"{model}, {os.cpu_count()} threads, NumPy {peer['versions']['numpy']}, OpenCV {peer['versions']['opencv']}")
print(f"{pairs} pairs, {len(seconds['peer', 1])} rounds; largest difference of a score {largest:.1e}\n")
print("| side | threads | median [s] | per pair [ms] | times faster |")
print("| --- | ---: | ---: | ---: | ---: |")
reference = statistics.median(seconds["peer", 1])
for (side, threads), values in seconds.items():
    name = "PySODMetrics 1.6.0" if side == "peer" else "`eps saliency evaluate`"
    median = statistics.median(values)
    print(f"| {name} | {threads} | {median:.3f} | {1000 * median / pairs:.2f} | {reference / median:.1f} |")
PYTHON
