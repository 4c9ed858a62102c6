#!/usr/bin/env bash
# Time the threshold sweep and the paired bootstrap: interleaved rounds, medians and ratios, as Markdown.
#   bench-sweep.sh EPS PYTHON [IMAGES [ROUNDS]]
# EPS is the release program; PYTHON has numpy and pillow. Class maps and masks of VOC size are made up
# in a temporary folder. Each side of a round runs in a process of its own; the peers are NumPy: one
# threshold over the same files, and the same resamples as one matrix product.
set -euo pipefail
eps=$(realpath "${1:?the eps program}") python=${2:?a Python with numpy and pillow}
images=${3:-300} rounds=${4:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/peer.py" <<'PYTHON'
import json, os, statistics, sys, time
from pathlib import Path
import numpy as np
from PIL import Image

H, W, C = 375, 500, 21


def make(root, count):
    rng = np.random.default_rng(1)
    for name in ("masks", "cams"):
        (root / name).mkdir()
    y, x = np.mgrid[:H, :W].astype(np.float32)
    for index in range(count):
        classes = np.sort(rng.choice(np.arange(1, C), rng.integers(1, 4), replace=False)).astype(np.uint8)
        mask, cams = np.zeros((H, W), np.uint8), []
        for c in classes:
            cy, cx, ry, rx = rng.uniform([60, 80, 50, 60], [300, 420, 140, 180])
            far = ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2
            mask[far < 1] = c
            cams.append(np.clip(np.exp(-far * rng.uniform(0.6, 1.6)) + rng.normal(0, 0.02, far.shape), 0, 1))
        mask[(mask[:, np.r_[0, : W - 1]] != mask)] = 255
        Image.fromarray(mask).save(root / "masks" / f"{index:05}.png")
        # As `eps infer` writes them.
        np.savez_compressed(root / "cams" / f"{index:05}.npz", classes=classes, cam=np.float32(cams))
    (root / "list.txt").write_text("".join(f"{index:05}\n" for index in range(count)))


def one_threshold(root):
    confusion = np.zeros(C * C, np.int64)
    for name in (root / "list.txt").read_text().split():
        truth = np.asarray(Image.open(root / "masks" / f"{name}.png")).astype(np.int64)
        maps = np.load(root / "cams" / f"{name}.npz")
        scores = np.concatenate([np.full((1, H, W), 0.2, np.float32), maps["cam"]])
        predicted = np.concatenate([[0], maps["classes"]])[scores.argmax(0)]
        counted = truth != 255
        confusion += np.bincount(truth[counted] * C + predicted[counted], minlength=C * C)
    return confusion


def bootstrap(images, resamples):
    rng = np.random.default_rng(0)
    counts = rng.integers(0, 1000, (images, 2 * C * 2)).astype(np.float64)
    begun = time.perf_counter()
    draws = rng.integers(0, images, (resamples, images))
    weights = np.stack([np.bincount(own, minlength=images) for own in draws]).astype(np.float64)
    sums = (weights @ counts).reshape(resamples, 2, C, 2)
    ious = np.nanmean(sums[..., 0] / sums[..., 1], -1)
    np.percentile(ious[:, 1] - ious[:, 0], [2.5, 97.5])
    return time.perf_counter() - begun


if sys.argv[1] == "make":
    make(Path(sys.argv[2]), int(sys.argv[3]))
elif sys.argv[1] == "one":
    one_threshold(Path(sys.argv[2]))
elif sys.argv[1] == "bootstrap":
    print(bootstrap(1449, 10_000))
else:
    times = {}
    for line in open(sys.argv[2]):
        key, seconds = line.rsplit(" ", 1)
        times.setdefault(key, []).append(float(seconds))
    medians = {key: statistics.median(own) for key, own in times.items()}
    model = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line)
    print(f"{model}, {os.cpu_count()} cores, NumPy {np.__version__}\n")
    print("| what | side | median [s] | ratio | rounds |\n| --- | --- | ---: | ---: | ---: |")
    base = {"sweep": "eps one threshold", "bootstrap": "NumPy"}
    for key, seconds in medians.items():
        what, side = key.split(" ", 1)
        ratio = seconds / medians[f"{what} {base[what]}"]
        print(f"| {what} | {side} | {seconds:.3f} | {ratio:.2f} | {len(times[key])} |")
PYTHON
"$python" "$work/peer.py" make "$work" "$images"
sweep=("$eps" sweep --truth "$work/masks" --list "$work/list.txt" --cams "$work/cams")
log=$work/log
# timed NAME COMMAND…: appends the seconds of a command.
timed() {
  local name=$1 begun
  shift
  begun=$(date +%s.%N)
  "$@" >/dev/null 2>&1
  echo "$name $(echo "$(date +%s.%N) - $begun" | bc)" >>"$log"
}
# Fills the page cache, so that no side reads from the disk.
cat "$work"/masks/* "$work"/cams/* >/dev/null
for _ in $(seq "$rounds"); do
  timed "sweep eps one threshold" "${sweep[@]}" --thresholds 0.2 --powers 8 --folds 1
  timed "sweep eps 1,000 thresholds" "${sweep[@]}" --powers 8 --folds 1
  timed "sweep eps 1,000 thresholds, 1,000 powers, 5 folds" "${sweep[@]}"
  timed "sweep NumPy one threshold" "$python" "$work/peer.py" one "$work"
  echo "bootstrap NumPy $("$python" "$work/peer.py" bootstrap 2>/dev/null)" >>"$log"
  "$eps-bench" bootstrap --repeat 1 |
    sed -E 's/.*"seconds":\[([0-9.e-]+)\].*/bootstrap eps \1/' >>"$log"
done
"$python" "$work/peer.py" report "$log"
