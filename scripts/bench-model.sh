#!/usr/bin/env bash
# Time network, inference and loader against PyTorch on this machine's processor: interleaved rounds,
# medians and ratios, as a Markdown table.
#   bench-model.sh EPS PYTHON ROUNDS VOC-ROOT [DEVICE...]
# EPS is the release program, PYTHON has torch 2.9.0 and torchvision, VOC-ROOT has a list `train` and
# saliency maps, DEVICE are those of `eps devices` (cpu, torch). Each side runs in a process of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
eps=$(realpath "${1:?the eps program}") python=${2:?a Python with torch} rounds=${3:?rounds}
root=${4:?a folder in VOC layout}
shift 4
devices=("${@:-cpu}")
threads=$(nproc)
export RAYON_NUM_THREADS=$threads OMP_NUM_THREADS=$threads
recipe=recipes/voc12-eps.toml
peer=scripts/pytorch_peer.py
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for _ in $(seq "$rounds"); do
  for size in "224" "448 --forward-only"; do
    set -- $size
    "$python" $peer network --size "$@" --repeat 2 >>"$log"
    for device in "${devices[@]}"; do
      "$eps" bench network --recipe $recipe --device "$device" --size "$@" --repeat 2 >>"$log"
    done
  done
  "$python" $peer inference >>"$log"
  for device in "${devices[@]}"; do
    "$eps" bench inference --recipe $recipe --device "$device" >>"$log"
  done
  "$python" $peer loader "$root" train >>"$log"
  "$eps" bench loader --recipe $recipe --data "$root" --list train >>"$log"
done
"$python" - "$log" <<'PYTHON'
import json, statistics, sys
from collections import defaultdict
import torch

seconds, peaks = defaultdict(list), defaultdict(list)
for line in open(sys.argv[1]):
    run = json.loads(line)
    key = run["pass"], run["size"], run["side"]
    seconds[key] += run["seconds"]
    peaks[key].append(run["peak_bytes"])
model = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line)
print(f"{model}, {torch.get_num_threads()} threads, PyTorch {torch.__version__}\n")
print("| pass | size | side | median [s] | of PyTorch's | peak [MiB] | of PyTorch's | runs |")
print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
for key in seconds:
    name, size, side = key
    peer = name, size, "pytorch"
    median, peak = statistics.median(seconds[key]), statistics.median(peaks[key]) / 2**20
    ratio = median / statistics.median(seconds[peer])
    memory = peak / (statistics.median(peaks[peer]) / 2**20)
    print(f"| {name} | {size} | {side} | {median:.2f} | {ratio:.2f} | {peak:.0f} | {memory:.2f} | {len(seconds[key])} |")
PYTHON
