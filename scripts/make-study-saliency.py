# /// script
# requires-python = ">=3.9"
# dependencies = ["numpy", "pillow"]
# ///
"""Saliency maps of the laptop study that are not of a saliency network.

    make-study-saliency.py VOC-ROOT OUT

Reads `SALImages` and `SegmentationClass` of VOC-ROOT for the images of its list `train`, and writes
three folders of 8-bit grey PNGs:

    OUT/zero     nothing is salient
    OUT/true     255 where the mask has a class, 0 on background; the median of 5x5 pixels where the
                 mask leaves them out
    OUT/blurred  the saliency map under a Gaussian of 10 pixels
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

BACKGROUND, LEFT_OUT = 0, 255
BLUR = 10


def true_foreground(mask):
    """Salient where the mask has a class; pixels it leaves out take their neighbourhood's median."""
    salient = np.where(mask == BACKGROUND, 0, 255).astype(np.uint8)
    decided = np.array(Image.fromarray(np.where(mask == LEFT_OUT, 0, salient)).filter(ImageFilter.MedianFilter(5)))
    return np.where(mask == LEFT_OUT, decided, salient)


def main(root, out):
    names = (root / "ImageSets/Segmentation/train.txt").read_text().split()
    for kind in ("zero", "true", "blurred"):
        (out / kind).mkdir(parents=True, exist_ok=True)
    for name in names:
        saliency = Image.open(root / "SALImages" / f"{name}.png").convert("L")
        mask = np.array(Image.open(root / "SegmentationClass" / f"{name}.png"))
        maps = {
            "zero": np.zeros_like(mask),
            "true": true_foreground(mask),
            "blurred": np.array(saliency.filter(ImageFilter.GaussianBlur(BLUR))),
        }
        for kind, pixels in maps.items():
            Image.fromarray(pixels).save(out / kind / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
