#!/usr/bin/env python3
# /// script
# requires-python = "==3.11.*"
# dependencies = ["cython<3", "numpy==2.4.6", "pydensecrf2==1.1"]
# ///
"""Write ``fields.npz``: what pydensecrf2 1.1 makes of every field of ``tests/fields.py``.

Images and probabilities are stored beside the results, so that the tests do not depend on how they are drawn.
"""

import sys
from pathlib import Path

import numpy as np
import pydensecrf.densecrf as dcrf
from pydensecrf import utils

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
import fields  # noqa: E402


def main():
    arrays = {}
    for name in fields.SIZES:
        arrays[f"{name}/image"], arrays[f"{name}/probabilities"] = fields.inputs(name)
    for name, run in [*fields.FIELDS.items(), ("divergences", fields.divergences)]:
        image, probabilities = (arrays[f"{fields.input_of(name)}/{part}"] for part in ("image", "probabilities"))
        # A copy, which is contiguous in the order of NumPy.
        found = np.array(run(dcrf, utils, image, probabilities), order="C")
        found = found.astype(np.float64 if name == "divergences" else np.float32)
        arrays[f"{name}/found"] = found
    np.savez_compressed(FOLDER / "fields.npz", **arrays)


if __name__ == "__main__":
    main()
