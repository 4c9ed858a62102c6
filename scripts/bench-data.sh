#!/usr/bin/env bash
# Time the work on data sets on this machine's processor: interleaved rounds, medians and ratios, as
# Markdown tables. EPS is the release program, with eps-bench beside it, PYTHON has pycocotools.
#   bench-data.sh check EPS VOC-ROOT [ROUNDS]                   VOC-ROOT: a list `train`, masks, saliency
#   bench-data.sh masks EPS PYTHON ROUNDS COPIES INSTANCES ..   the files COPIES times
#   bench-data.sh index EPS PYTHON ROUNDS                       82,783 images, 600,000 annotations
#   bench-data.sh memory EPS VOC-ROOT                           peaks at 10,000 and 100,000 images
set -euo pipefail
cd "$(dirname "$0")/.."
export RAYON_NUM_THREADS=${RAYON_NUM_THREADS:-$(nproc)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The examination of a data set against decoding its files alone, in one process, in turn.
bench_check() { # EPS VOC-ROOT [ROUNDS]
  "${1:?the eps program}-bench" check --data "${2:?a folder in VOC layout}" --list train \
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

# A pass over an instances file by both sides, each round in processes of their own.
bench_coco() { # PASS EPS PYTHON ROUNDS INSTANCES
  for _ in $(seq "$4"); do
    "$3" scripts/coco_peer.py "$1" "$5"
    "$2-bench" coco --pass "$1" --instances "$5"
  done >"$work/lines"
  "$3" scripts/coco_peer.py table <"$work/lines"
}

# Peak memory of index and examination, on links to the first images of a list.
bench_memory() { # EPS VOC-ROOT
  echo "| command | images | median of 3 peaks [MiB] |"
  echo "| --- | ---: | ---: |"
  for images in 10000 100000; do
    python3 - "$2" "$work/$images" "$images" <<'PYTHON'
import os, sys

source, root, images = sys.argv[1], sys.argv[2], int(sys.argv[3])
ids = open(f"{source}/ImageSets/Segmentation/train.txt").read().split()[:16]
rows = dict(line.rstrip().split(",", 1) for line in open(f"{source}/cls_labels.csv"))
folders = {"JPEGImages": "jpg", "SegmentationClass": "png", "SALImages": "png"}
for folder, kind in folders.items():
    os.makedirs(f"{root}/{folder}")
    os.makedirs(f"{root}/first/{folder}")
    for id in ids:
        content = open(f"{source}/{folder}/{id}.{kind}", "rb").read()
        open(f"{root}/first/{folder}/{id}.{kind}", "wb").write(content)
    for number in range(images):
        first = f"{root}/first/{folder}/{ids[number % len(ids)]}.{kind}"
        os.link(first, f"{root}/{folder}/{number:06}.{kind}")
os.makedirs(f"{root}/ImageSets/Segmentation")
with open(f"{root}/ImageSets/Segmentation/train.txt", "w") as out:
    out.writelines(f"{number:06}\n" for number in range(images))
with open(f"{root}/cls_labels.csv", "w") as out:
    out.write(f"id,{rows['id']}\n")
    out.writelines(f"{number:06},{rows[ids[number % len(ids)]]}\n" for number in range(images))
PYTHON
    peak list "$images" "$1" data list --data "$work/$images" --list all --out "$work/list.txt"
    peak labels "$images" "$1" data labels --data "$work/$images" --out "$work/labels.npy"
    peak check "$images" "$1" data check --data "$work/$images" --json "$work/report.json"
  done
}

peak() { # NAME IMAGES COMMAND ..
  python3 - "$@" <<'PYTHON'
import os, statistics, subprocess, sys

def run():
    child = subprocess.Popen(sys.argv[3:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    return usage.ru_maxrss / 1024

print(f"| `{sys.argv[1]}` | {sys.argv[2]} | {statistics.median(run() for _ in range(3)):.0f} |")
PYTHON
}

case ${1:-} in
  check) bench_check "${@:2}" ;;
  masks)
    "$3" scripts/coco_peer.py repeat "$work/file.json" "$5" "${@:6}"
    bench_coco masks "$2" "$3" "$4" "$work/file.json"
    ;;
  index)
    "$3" scripts/coco_peer.py synthetic "$work/file.json"
    bench_coco index "$2" "$3" "$4" "$work/file.json"
    ;;
  memory) bench_memory "${@:2}" ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
