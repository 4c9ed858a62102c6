#!/usr/bin/env python3
"""Write ``filter.npz``: what rloss's module makes of smooth images and of noise.

Needs NumPy and the module ``bilateralfilter`` that rloss's ``pytorch/wrapper/bilateralfilter`` builds. Inputs are
stored beside the results, so that the tests do not depend on how they are drawn.
"""

import sys
from pathlib import Path

import numpy as np
from bilateralfilter import bilateralfilter_batch

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
from test_bilateralfilter import DEVIATIONS, scene  # noqa: E402

#: Images, planes, height, width; pixels are a multiple of four, to which the module pads them with black ones.
SIZE = 2, 3, 20, 23


def main():
    count, planes, height, width = SIZE
    scenes = [scene(seed, height, width, planes) for seed in range(count)]
    noise = np.random.default_rng(9).uniform(0, 255, (3, height, width))
    images = np.array([scenes[0][0], noise], np.float32)
    values = np.array([values for _, values in scenes])
    arrays = {"images": images, "values": values}
    for deviations in DEVIATIONS:
        filtered = np.zeros_like(values)
        bilateralfilter_batch(images.ravel(), values.ravel(), filtered.reshape(-1), *SIZE, *deviations)
        arrays["filtered {} {}".format(*deviations)] = filtered
    np.savez_compressed(FOLDER / "filter.npz", **arrays)


if __name__ == "__main__":
    main()
