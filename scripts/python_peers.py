#!/usr/bin/env python3
"""Time the Python package beside its peers; called by bench-python.sh.

    python_peers.py fields|first|batch|confusion|filter ROUNDS
    python_peers.py binding ROUNDS INFER

INFER is the example `infer` of eps-crf.
Images are drawn by seed. Sides take turns, round by round: medians, and medians of the ratios of each round.
"""
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HEIGHT, WIDTH, LABELS, STEPS = 375, 500, 21, 10
PRESETS = {"psa": (3, 3, 80, 13, 10), "deeplab-v2": (1, 3, 67, 3, 4)}


def scene(seed, labels=LABELS):
    """A drawn image of textured regions, and smooth rough probabilities of its labels."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    image = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    image[:] = random.uniform(40, 215, 3) + 40 * np.sin(x / 60 + random.uniform(0, 6))[:, :, None]
    logits = random.normal(0, 1, (labels, HEIGHT // 25, WIDTH // 25)).repeat(25, 1).repeat(25, 2)
    for label in range(1, 4):
        centre, radius = random.uniform(0.2, 0.8, 2) * (WIDTH, HEIGHT), random.uniform(50, 120)
        disc = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < radius**2
        image[disc] = random.uniform(20, 235, 3)
        logits[label][disc] += 3
    image += random.normal(0, 1.5, image.shape) + random.normal(0, 6, (HEIGHT // 25, WIDTH // 25, 3)).repeat(25, 0).repeat(25, 1)
    probabilities = np.exp(logits - logits.max(0))
    return np.clip(image, 0, 255).astype(np.uint8), (probabilities / probabilities.sum(0)).astype(np.float32)


def seconds(call):
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def modules(side):
    """The modules of fields and of energies."""
    if side == "eps_wsss":
        from eps_wsss import densecrf

        return densecrf, densecrf
    import pydensecrf.densecrf as densecrf
    from pydensecrf import utils

    return densecrf, utils


def infer(side, preset, image, probabilities):
    dcrf, utils = modules(side)
    sxy, weight, place, colour, bilateral = PRESETS[preset]
    field = dcrf.DenseCRF2D(WIDTH, HEIGHT, len(probabilities))
    field.setUnaryEnergy(utils.unary_from_softmax(probabilities))
    field.addPairwiseGaussian(sxy=sxy, compat=weight)
    field.addPairwiseBilateral(sxy=place, srgb=colour, rgbim=image, compat=bilateral)
    return np.array(field.inference(STEPS))


def table(heads, rows):
    print("| " + " | ".join(heads) + " |")
    print("| " + " | ".join("---" if at < 2 else "---:" for at, _ in enumerate(heads)) + " |")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")


def compared(name, sides, rounds):
    """Rows of sides, the first of which the others are divided by."""
    times = {side: [] for side in sides}
    for call in sides.values():
        call()
    for _ in range(rounds):
        for side, call in sides.items():
            times[side].append(seconds(call))
    first = next(iter(times.values()))
    for side, values in times.items():
        ratio = statistics.median(a / b for a, b in zip(first, values))
        yield name, side, f"{statistics.median(values):.4f}", f"{ratio:.2f}", rounds


def fields(rounds):
    """Same calls, one thread each; another image each round."""
    rows = []
    for preset in PRESETS:
        for labels in (4, LABELS):
            turn = iter(range(10**6))
            scenes = [scene(seed, labels) for seed in range(3)]
            sides = {
                side: lambda side=side: infer(side, preset, *scenes[next(turn) // 2 % 3])
                for side in ("pydensecrf2", "eps_wsss")
            }
            rows += compared(f"{preset}, {labels} labels", sides, rounds)
    table(["field", "side", "median [s]", "speed", "rounds"], rows)


def first(rounds):
    """The first field of a process, and the mean of the next five."""
    times = {}
    for _ in range(rounds):
        for side in ("pydensecrf2", "eps_wsss"):
            for preset in PRESETS:
                command = [sys.executable, __file__, "one", side, preset]
                found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                times.setdefault((preset, side), []).append(list(map(float, found.split())))
    rows = []
    for (preset, side), pairs in sorted(times.items()):
        begun, later = (statistics.median(pair[at] for pair in pairs) for at in (0, 1))
        ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
        rows.append((f"{preset}, {LABELS} labels", side, f"{begun:.4f}", f"{later:.4f}", f"{ratio:.2f}", rounds))
    table(["field", "side", "first [s]", "later [s]", "first of later", "processes"], rows)


def one(side, preset):
    image, probabilities = scene(0)
    modules(side)
    found = [seconds(lambda: infer(side, preset, image, probabilities)) for _ in range(6)]
    print(found[0], statistics.median(found[1:]))


def batch(rounds):
    import eps_wsss

    scenes = [scene(seed) for seed in range(4)]
    given = [[drawn[at] for drawn in scenes] for at in (1, 0)]
    sides = {
        name: lambda threads=threads: eps_wsss.refine_batch(*given, "psa", threads=threads)
        for name, threads in (("1 thread", 1), ("2 threads", 2))
    }
    table(["batch", "side", "median [s]", "speed", "rounds"], compared("psa, 4 images", sides, rounds))


def binding(rounds, infer):
    """`refine` against the same field in Rust alone, each the median of three fields after the first."""
    import eps_wsss

    image, probabilities = scene(0)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("image", "probabilities", "refined")]
        image.tofile(files[0])
        probabilities.tofile(files[1])
        for preset in PRESETS:
            command = [infer, preset, *map(str, (WIDTH, HEIGHT, LABELS)), *files, "0", "3"]
            times = {"eps-crf": [], "eps_wsss": []}
            found = eps_wsss.refine(probabilities, image, preset)
            for _ in range(rounds):
                report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
                times["eps-crf"].append(statistics.median(alone for alone, _ in report["turns"]))
                calls = [seconds(lambda: eps_wsss.refine(probabilities, image, preset)) for _ in range(3)]
                times["eps_wsss"].append(statistics.median(calls))
            assert np.array_equal(np.fromfile(files[2], np.float32), found.ravel())
            ratio = statistics.median(a / b for a, b in zip(times["eps_wsss"], times["eps-crf"]))
            for side, values in times.items():
                shown = "1.00" if side == "eps-crf" else f"{ratio:.2f}"
                rows.append((f"{preset}, {LABELS} labels", side, f"{statistics.median(values):.4f}", shown, rounds))
    table(["field", "side", "median [s]", "of eps-crf", "rounds"], rows)


def confusion(rounds):
    """As many pairs of masks as VOC's validation list has, in memory."""
    import eps_wsss

    random = np.random.default_rng(0)
    pairs = []
    for _ in range(1449):
        truth = random.integers(0, 21, (15, 20)).astype(np.uint8).repeat(25, 0).repeat(25, 1)
        truth[::25] = 255
        predicted = np.roll(truth, random.integers(0, 9, 2), (0, 1))
        predicted[predicted == 255] = 0
        pairs.append((truth, predicted))

    def package():
        matrix = eps_wsss.ConfusionMatrix(21)
        for truth, predicted in pairs:
            matrix.add(truth, predicted)
        return matrix.scores().matrix

    def bincount():
        sums = np.zeros(441, np.int64)
        for truth, predicted in pairs:
            known = truth < 21
            sums += np.bincount(21 * truth[known].astype(int) + predicted[known], minlength=441)
        return sums.reshape(21, 21)

    assert np.array_equal(package(), bincount())
    sides = {"numpy.bincount": bincount, "eps_wsss": package}
    if importlib.util.find_spec("torchmetrics"):
        import torch
        from torchmetrics.classification import MulticlassConfusionMatrix

        def torchmetrics():
            metric = MulticlassConfusionMatrix(21, ignore_index=255, validate_args=False)
            for truth, predicted in pairs:
                metric.update(torch.from_numpy(predicted), torch.from_numpy(truth))
            return metric.compute().numpy()

        assert np.array_equal(torchmetrics(), bincount())
        sides["torchmetrics"] = torchmetrics
    table(["confusion", "side", "median [s]", "speed", "rounds"], compared("1449 pairs, 375x500", sides, rounds))


def filter(rounds):
    """Against rloss's module where it is there, and the same lattice of pydensecrf2 without normalisation."""
    from eps_wsss.bilateralfilter import bilateralfilter_batch

    import pydensecrf.densecrf as dcrf

    count, labels = 4, LABELS
    scenes = [scene(seed) for seed in range(count)]
    images = np.ascontiguousarray([image.transpose(2, 0, 1) for image, _ in scenes], np.float32)
    values = np.stack([probabilities for _, probabilities in scenes])
    outs = np.zeros_like(values)
    arguments = count, labels, HEIGHT, WIDTH, 15.0, 80.0

    def package(threads):
        bilateralfilter_batch(images, values, outs, *arguments, threads)

    def lattice():
        for image, _ in scenes:
            field = dcrf.DenseCRF2D(WIDTH, HEIGHT, labels)
            field.addPairwiseBilateral(80, 15, image, 1, normalization=dcrf.NO_NORMALIZATION)
            Q, tmp1, tmp2 = field.startInference()
            field.stepInference(Q, tmp1, tmp2)

    sides = {"eps_wsss, 1 thread": lambda: package(1), "eps_wsss, 2 threads": lambda: package(2)}
    if importlib.util.find_spec("bilateralfilter"):
        import bilateralfilter

        expected = np.zeros_like(values)
        bilateralfilter.bilateralfilter_batch(images.ravel(), values.ravel(), expected.reshape(-1), *arguments)
        package(1)
        # The same sums in another order, in 32 bits.
        np.testing.assert_allclose(outs, expected, rtol=1e-4)
        # OpenMP's threads are as many as OMP_NUM_THREADS says.
        rloss = lambda: bilateralfilter.bilateralfilter_batch(images.ravel(), values.ravel(), outs.reshape(-1), *arguments)
        sides = {f"rloss, OMP_NUM_THREADS={os.environ.get('OMP_NUM_THREADS')}": rloss, **sides}
    sides = {**sides, "pydensecrf2's lattice, 1 thread": lattice}
    table(["filter", "side", "median [s]", "speed", "rounds"], compared("4 images, 21 planes", sides, rounds))


if __name__ == "__main__":
    part, *arguments = sys.argv[1:]
    if part == "one":
        one(*arguments)
    else:
        parts = {timed.__name__: timed for timed in (fields, first, batch, binding, confusion, filter)}
        parts[part](int(arguments[0]), *arguments[1:])
