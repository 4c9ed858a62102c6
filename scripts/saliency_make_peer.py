#!/usr/bin/env python3
# /// script
# requires-python = ">=3.10"
# dependencies = ["onnxruntime==1.32.0", "pillow==11.3.0", "numpy"]
# ///
"""Make saliency maps with onnxruntime and Pillow, in rembg's order, or compare eps with that.

    saliency_make_peer.py make MODEL KIND PHOTOGRAPHS OUT THREADS       prints seconds without imports, as JSON
    saliency_make_peer.py rounds MAPS MODEL KIND PHOTOGRAPHS ROUNDS THREADS
    saliency_make_peer.py agree ONE OTHER                               two folders of maps

MAPS is the example `maps` of eps-saliency.
"""
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
KINDS = {
    "u2net": (320, *IMAGENET, False),
    "u2netp": (320, *IMAGENET, False),
    "isnet": (1024, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0), False),
    "birefnet": (1024, *IMAGENET, True),
}


def make(model, kind, photographs, out, threads):
    begun, used = time.perf_counter(), time.process_time()
    side, mean, deviation, sigmoid = KINDS[kind]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(threads)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    for path in sorted(Path(photographs).iterdir()):
        image = Image.open(path).convert("RGB")
        values = np.array(image.resize((side, side), Image.Resampling.LANCZOS))
        values = values / max(np.max(values), 1e-6)
        planes = np.stack([(values[:, :, c] - mean[c]) / deviation[c] for c in range(3)])
        found = session.run(None, {name: planes[None].astype(np.float32)})[0][0, 0]
        if sigmoid:
            found = 1 / (1 + np.exp(-found))
        found = (found - found.min()) / (found.max() - found.min())
        grey = Image.fromarray((found * 255).astype("uint8"))
        grey.resize(image.size, Image.Resampling.LANCZOS).save(Path(out) / f"{path.stem}.png")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, processor = time.perf_counter() - begun, time.process_time() - used
    print(json.dumps({"seconds": seconds, "processor": processor, "peak": peak}))


def time_eps(command):
    begun = time.perf_counter()
    pid = os.spawnv(os.P_NOWAIT, command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"{command} ended with {status}")
    processor = usage.ru_utime + usage.ru_stime
    return {"seconds": time.perf_counter() - begun, "processor": processor, "peak": usage.ru_maxrss / 1024}


def agreement(one, other):
    """Photographs, the most levels between two maps, and the shares of pixels at most 0 and 2 apart."""
    most, pixels, equal, close = 0, 0, 0, 0
    paths = sorted(Path(one).glob("*.png"))
    for path in paths:
        levels = [np.asarray(Image.open(own), np.int32) for own in (path, Path(other) / path.name)]
        apart = np.abs(levels[0] - levels[1])
        most, pixels = max(most, int(apart.max())), pixels + apart.size
        equal, close = equal + int((apart == 0).sum()), close + int((apart <= 2).sum())
    return len(paths), most, equal / pixels, close / pixels


def rounds(maps, model, kind, photographs, count, threads):
    found = {"onnxruntime": [], "eps": []}
    with tempfile.TemporaryDirectory() as work:
        ours, theirs = Path(work, "eps"), Path(work, "peer")
        ours.mkdir(), theirs.mkdir()
        arguments = [model, kind, photographs]
        for _ in range(int(count)):
            peer = [sys.executable, __file__, "make", *arguments, str(theirs), threads]
            found["onnxruntime"].append(json.loads(subprocess.check_output(peer)))
            found["eps"].append(time_eps([maps, *arguments, str(ours), threads]))
        images, most, equal, close = agreement(ours, theirs)
    processor = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line)
    print(f"{processor}, {threads} threads, onnxruntime {onnxruntime.__version__}, NumPy {np.__version__}")
    print(f"{Path(model).name}, {images} photographs, {count} rounds; {100 * equal:.2f} % of pixels equal, "
          f"{100 * close:.3f} % at most 2 levels apart, at most {most}\n")
    print("| network | side | median [s] | per image [s] | of onnxruntime's | processor [s] | of onnxruntime's | peak [MiB] | of onnxruntime's |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    median = {side: {what: statistics.median(run[what] for run in runs) for what in runs[0]} for side, runs in found.items()}
    peer = median["onnxruntime"]
    for side, own in median.items():
        ratio = {what: own[what] / peer[what] for what in own}
        print(f"| {kind} | {side} | {own['seconds']:.2f} | {own['seconds'] / images:.3f} | {ratio['seconds']:.2f} | "
              f"{own['processor']:.2f} | {ratio['processor']:.2f} | {own['peak']:.0f} | {ratio['peak']:.2f} |")


if __name__ == "__main__":
    called = sys.argv[1:]
    if called[:1] == ["make"] and len(called) == 6:
        make(*called[1:])
    elif called[:1] == ["rounds"] and len(called) == 7:
        rounds(*called[1:])
    elif called[:1] == ["agree"] and len(called) == 3:
        images, most, equal, close = agreement(*called[1:])
        print(f"{images} maps: {100 * equal:.2f} % of pixels equal, {100 * close:.3f} % at most 2 levels apart, at most {most}")
    else:
        sys.exit(__doc__)
