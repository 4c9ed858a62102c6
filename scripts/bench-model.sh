#!/usr/bin/env bash
# Time network, inference and loader against PyTorch on this machine's processor, in interleaved rounds,
# as a Markdown table: medians of all runs, and the medians of the rounds' ratios, since a machine may be
# slower in one round than in another. A round of the network is one pass of each side.
#   bench-model.sh network   EPS PYTHON ROUNDS [DEVICE ..]
#   bench-model.sh inference EPS PYTHON ROUNDS [DEVICE ..]   one image of 500x375 over eight views
#   bench-model.sh loader    EPS PYTHON ROUNDS VOC-ROOT
# EPS is the release program, with eps-bench beside it, PYTHON has torch 2.9.0 and torchvision, VOC-ROOT has a list `train` and
# saliency maps, DEVICE are those of `eps devices` (cpu, torch). Each side runs in a process of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:?network, inference or loader} eps=$(realpath "${2:?the eps program}")
python=${3:?a Python with torch} rounds=${4:?rounds}
shift 4
threads=$(nproc)
export RAYON_NUM_THREADS=$threads OMP_NUM_THREADS=$threads
recipe=recipes/voc12-eps.toml
peer=scripts/pytorch_peer.py
log=$(mktemp)
trap 'rm -f "$log"' EXIT
network() { # DEVICE ..
  local size device
  for size in "224" "448 --forward-only"; do
    local flags=(--size $size --repeat "$rounds" --paced)
    local sides=(-- "$python" $peer network "${flags[@]}")
    for device in "${@:-cpu}"; do
      sides+=(-- "$eps-bench" network --recipe $recipe --device "$device" "${flags[@]}")
    done
    "$python" scripts/in_turn.py "${sides[@]}"
  done
}
inference() { # DEVICE ..
  local device
  "$python" $peer inference
  for device in "${@:-cpu}"; do
    "$eps-bench" inference --recipe $recipe --device "$device"
  done
}
loader() { # VOC-ROOT
  "$python" $peer loader "${1:?a folder in VOC layout}" train
  "$eps-bench" loader --recipe $recipe --data "$1" --list train
}
case $part in
  network | inference | loader) ;;
  *) sed -n '5,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
if [[ $part == network ]]; then
  network "$@" >"$log"
else
  for _ in $(seq "$rounds"); do "$part" "$@" >>"$log"; done
fi
"$python" - "$log" <<'PYTHON'
import json, statistics, sys
from collections import defaultdict
import torch

seconds, peaks = defaultdict(list), defaultdict(list)
for line in open(sys.argv[1]):
    run = json.loads(line)
    key = run["pass"], run["size"], run["side"]
    seconds[key].append(run["seconds"])
    peaks[key].append(run["peak_bytes"])
model = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line)
print(f"{model}, {torch.get_num_threads()} threads, PyTorch {torch.__version__}\n")
print("| pass | size | side | median [s] | of PyTorch's | peak [MiB] | of PyTorch's | runs |")
print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
for key in seconds:
    name, size, side = key
    peer = name, size, "pytorch"
    runs = [second for round in seconds[key] for second in round]
    median, peak = statistics.median(runs), statistics.median(peaks[key]) / 2**20
    rounds = zip(seconds[key], seconds[peer], strict=True)
    ratio = statistics.median(statistics.median(own) / statistics.median(theirs) for own, theirs in rounds)
    memory = peak / (statistics.median(peaks[peer]) / 2**20)
    side = {"pytorch": "PyTorch"}.get(side, f"`{side}`")
    print(f"| {name} | {size} | {side} | {median:.2f} | {ratio:.2f} | {peak:.0f} | {memory:.2f} | {len(runs)} |")
PYTHON
