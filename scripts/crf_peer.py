#!/usr/bin/env python3
"""Compare eps-crf with pydensecrf2 on photographs: times or agreement, as Markdown tables.

    crf_peer.py time INFER VOC-ROOT ROUNDS
    crf_peer.py agree INFER VOC-ROOT

INFER is the example `infer` of eps-crf, VOC-ROOT has JPEGImages and SegmentationClass. Needs numpy,
pillow and pydensecrf2 1.1. Probabilities are made of the masks: blurred, with smooth noise, by seed.
"""
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fixtures" / "golden" / "crf"))
import make as peer  # noqa: E402

TIMED = ["psa", "deeplab-v2"]
# Of one image on one core and of two images on two.
TURNS = 12
FLOOR = 0.01


def blurred(maps, deviation):
    """Gaussian blur of [count, height, width] with reflected borders."""
    radius = int(3 * deviation)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    kernel /= kernel.sum()
    for axis in (1, 2):
        reach = min(radius, maps.shape[axis] - 1)
        own = kernel[radius - reach : radius + reach + 1]
        padded = np.pad(maps, [(0, 0) if a != axis else (reach, reach) for a in range(3)], mode="reflect")
        parts = [weight * np.take(padded, range(at, at + maps.shape[axis]), axis) for at, weight in enumerate(own / own.sum())]
        maps = sum(parts)
    return maps


def noisy(mask, labels, seed):
    """Softmax of blurred truth and smooth noise of every label: present labels first."""
    random = np.random.default_rng(seed)
    present = [0, *(c for c in np.unique(mask) if c not in (0, 255))][:labels]
    truth = np.zeros((labels, *mask.shape), dtype=np.float32)
    for at, label in enumerate(present):
        truth[at] = mask == label
    truth[: len(present)] = blurred(truth[: len(present)], 8)
    noise = random.normal(0, 1, (labels, mask.shape[0] // 8 + 2, mask.shape[1] // 8 + 2))
    size = mask.shape[::-1]
    noise = np.stack([np.asarray(Image.fromarray(n.astype(np.float32)).resize(size, Image.BICUBIC)) for n in noise])
    bias = random.normal(0, 1, (labels, 1, 1))
    bias[: len(present)] = 0
    logits = 6 * truth + noise + bias
    logits = np.exp(logits - logits.max(0))
    return np.ascontiguousarray(logits / logits.sum(0), dtype=np.float32)


def network(mask, labels, seed):
    """Softmax of a segmentation network that is sure of itself: present labels have logits of 6 inside
    and less at their blurred borders, absent ones of -8 in the mean, -8 +- 1.5 by label, +- 1 by place.
    """
    random = np.random.default_rng(seed)
    present = [0, *(c for c in np.unique(mask) if c not in (0, 255))][:labels]
    size = mask.shape[::-1]
    noise = random.normal(0, 1, (labels, mask.shape[0] // 8 + 2, mask.shape[1] // 8 + 2))
    logits = np.stack([np.asarray(Image.fromarray(n.astype(np.float32)).resize(size, Image.BICUBIC)) for n in noise])
    logits += random.normal(-8, 1.5, (labels, 1, 1))
    truth = np.stack([mask == label for label in present]).astype(np.float32)
    logits[: len(present)] = 6 * blurred(truth, 8)
    logits = np.exp(logits - logits.max(0))
    return np.ascontiguousarray(logits / logits.sum(0), dtype=np.float32)


def cams(mask, seed):
    """Class activation maps of the labels present and their background, (1 - greatest)^4."""
    random = np.random.default_rng(seed)
    present = [c for c in np.unique(mask) if c not in (0, 255)]
    maps = blurred(np.stack([(mask == c).astype(np.float32) for c in present]), 12)
    noise = random.normal(0, 0.25, (len(present), mask.shape[0] // 16 + 2, mask.shape[1] // 16 + 2))
    size = mask.shape[::-1]
    maps += np.stack([np.asarray(Image.fromarray(n.astype(np.float32)).resize(size, Image.BICUBIC)) for n in noise])
    maps = np.clip(maps, 0, None)
    maps /= maps.max((1, 2), keepdims=True) + 1e-5
    background = (1 - maps.max(0, keepdims=True)) ** 4
    return np.ascontiguousarray(np.concatenate([background, maps]), dtype=np.float32)


# Maps, labels, floors.
CASES = [(noisy, 3, [0.0]), (noisy, 21, [0.0]), (noisy, 81, [0.0]), (network, 81, [0.0, FLOOR])]


class Ours:
    """The example, called as a process; it times itself."""

    def __init__(self, program):
        self.program, self.folder = program, Path(tempfile.mkdtemp())

    def infer(self, preset, rgb, given, floor=0.0, turns=0):
        paths = [self.folder / name for name in ("picture", "given", "out")]
        rgb.tofile(paths[0])
        given.tofile(paths[1])
        labels, height, width = given.shape
        call = [self.program, preset, width, height, labels, *paths, floor, turns]
        report = json.loads(subprocess.check_output([str(part) for part in call]))
        return report, np.fromfile(paths[2], dtype=np.float32).reshape(given.shape)


def images(root):
    for path in sorted((root / "JPEGImages").glob("*.jpg")):
        mask = np.asarray(Image.open(root / "SegmentationClass" / f"{path.stem}.png"))
        yield path.stem, np.array(Image.open(path).convert("RGB")), mask


def compare(found, expected):
    """Fraction of equal labels, and mean absolute difference."""
    return (found.argmax(0) == expected.argmax(0)).mean(), np.abs(found - expected).mean()


def agree(ours, root):
    print("| preset | images | equal labels, all pixels | equal labels, worst image | mean difference | worst image's |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for preset in peer.PRESETS:
        rows = []
        for seed, (name, rgb, mask) in enumerate(images(root)):
            given = cams(mask, seed)
            rows.append((*compare(ours.infer(preset, rgb, given)[1], peer.infer(preset, rgb, given)), mask.size))
        equal, difference, sizes = map(np.array, zip(*rows))
        whole = (equal * sizes).sum() / sizes.sum()
        print(f"| `{preset}` | {len(rows)} | {whole:.6f} | {equal.min():.6f} | {difference.mean():.1e} | {difference.max():.1e} |", flush=True)


def timed(ours, root, rounds):
    chosen = [image for image in images(root) if image[1].shape == (375, 500, 3)][:rounds]
    rows = {}
    for seed, (name, rgb, mask) in enumerate(chosen):
        for preset in TIMED:
            for maps, labels, floors in CASES:
                given = maps(mask, labels, seed)
                start = time.perf_counter()
                expected = peer.infer(preset, rgb, given)
                theirs = time.perf_counter() - start
                for floor in floors:
                    report, found = ours.infer(preset, rgb, given, floor)
                    row = rows.setdefault((preset, maps.__name__, labels, floor), [])
                    row.append((theirs, report["seconds"], *compare(found, expected), report["kept"], report["may_change"] / mask.size))
    print("| preset | maps | labels | floor | pydensecrf2 [s] | eps-crf [s] | ratio | labels kept | equal labels | may change | images |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for (preset, maps, labels, floor), row in rows.items():
        theirs, own, equal, _, kept, may = (list(column) for column in zip(*row))
        ratio = statistics.median(a / b for a, b in zip(theirs, own))
        print(
            f"| `{preset}` | {maps} | {labels} | {floor or '–'} | {statistics.median(theirs):.2f} | {statistics.median(own):.3f} | {ratio:.1f} "
            f"| {min(kept)}–{max(kept)} | {np.mean(equal):.6f} | {np.mean(may):.6f} | {len(row)} |"
        )


def arithmetic(ours, turns):
    """As the turns of `infer`, with arithmetic that needs no memory."""
    return json.loads(subprocess.check_output([Path(ours.program).parent / "arithmetic", str(turns)]))


def scaled(ours, root, rounds):
    """Images one after another on one core against twice as many on two, and what two cores are at best."""
    chosen = [image for image in images(root) if image[1].shape == (375, 500, 3)][:rounds]
    rows = {}
    for preset in TIMED:
        for labels in (3, 21):
            for seed, (name, rgb, mask) in enumerate(chosen):
                report = ours.infer(preset, rgb, noisy(mask, labels, seed), 0.0, TURNS)[0]
                rows.setdefault(f"`{preset}` | {labels}", []).extend(report["turns"])
                rows.setdefault("arithmetic alone | –", []).extend(arithmetic(ours, TURNS))
    print("| preset | labels | one image on one core [s] | two images on two cores [s] | speed-up | middle half | pairs |")
    print("| --- | ---: | ---: | ---: | ---: | --- | ---: |")
    for what, pairs in sorted(rows.items(), key=lambda row: row[0].startswith("arithmetic")):
        one, two = (statistics.median(column) for column in zip(*pairs))
        lower, speed, upper = statistics.quantiles((2 * a / b for a, b in pairs), n=4)
        print(f"| {what} | {one:.3f} | {two:.3f} | {speed:.2f} | {lower:.2f}–{upper:.2f} | {len(pairs)} |")


def main():
    what, program, root, *rounds = sys.argv[1:]
    ours = Ours(program)
    if what == "agree":
        agree(ours, Path(root))
    else:
        timed(ours, Path(root), int(rounds[0]))
        print()
        scaled(ours, Path(root), int(rounds[0]))


if __name__ == "__main__":
    main()
