#!/usr/bin/env python3
# /// script
# requires-python = ">=3.10"
# dependencies = ["numpy", "pillow"]
# ///
"""Write pairs of masks as a VOC validation run has them, for benchmarks of evaluators.

    make_evaluation_pairs.py FOLDER [IMAGES]

Each pair is 375x500: one to three wobbly ellipses of random classes on background, outlined by 255
in the truth. The prediction is the truth moved by some pixels, one object in ten with another
class. Palette PNGs go to `truth` and `predictions`, the same pixels as grey PNGs to `truth-grey` and
`predictions-grey`, the ids to `list.txt`. The seed is fixed: every run writes the same pixels.
"""
import sys
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES, HEIGHT, WIDTH, IGNORE = 21, 375, 500, 255
folder = Path(sys.argv[1])
images = int(sys.argv[2]) if len(sys.argv) > 2 else 1449
random = np.random.default_rng(2012)
rows, columns = np.mgrid[:HEIGHT, :WIDTH]


def palette():
    colours = np.zeros((256, 3), np.uint8)
    for index in range(256):
        for bit in range(8):
            for channel in range(3):
                colours[index, channel] |= (index >> 3 * bit >> channel & 1) << (7 - bit)
    return colours.ravel().tolist()


def save(name, identity, mask, colours):
    grey = Image.fromarray(mask)
    grey.save(folder / f"{name}-grey" / f"{identity}.png")
    grey.putpalette(colours)
    grey.save(folder / name / f"{identity}.png")


def shape():
    """Distance from the middle of a wobbly ellipse, 1 on its outline."""
    middle = random.uniform((0.2 * HEIGHT, 0.2 * WIDTH), (0.8 * HEIGHT, 0.8 * WIDTH))
    radii = random.uniform(30, 120, 2)
    y, x = (rows - middle[0]) / radii[0], (columns - middle[1]) / radii[1]
    angle = np.arctan2(y, x)
    waves = random.integers(2, 9, 3)
    wobble = sum(
        random.uniform(0, 0.12) * np.sin(wave * angle + random.uniform(0, 6.28)) for wave in waves
    )
    return np.hypot(x, y) / (1 + wobble), 5 / radii.mean()


def pair():
    truth = np.zeros((HEIGHT, WIDTH), np.uint8)
    predicted = truth.copy()
    for _ in range(random.integers(1, 4)):
        distance, band = shape()
        label = random.integers(1, CLASSES)
        given = label if random.random() > 0.1 else random.integers(1, CLASSES)
        truth[distance < 1] = label
        truth[abs(distance - 1) < band / 2] = IGNORE
        shift = random.integers(-12, 13, 2)
        predicted[np.roll(distance < 1, shift, (0, 1))] = given
    return truth, predicted


for name in ("truth", "predictions"):
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-grey").mkdir(exist_ok=True)
colours = palette()
identities = [f"pair_{index:06}" for index in range(images)]
for identity in identities:
    truth, predicted = pair()
    save("truth", identity, truth, colours)
    save("predictions", identity, predicted, colours)
(folder / "list.txt").write_text("".join(identity + "\n" for identity in identities))
