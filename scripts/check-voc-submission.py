#!/usr/bin/env python3
"""Looks into an archive for the server of PASCAL VOC 2012, by the rules of the development kit.

    scripts/check-voc-submission.py results.tgz VOC2012/ImageSets/Segmentation/test.txt VOC2012/JPEGImages

Needs Pillow. Written after VOCdevkit's documentation, section "Segmentation results", and VOCevalseg.m; nothing is
shared with eps. Ends with status 1 and the first problems if the server would refuse the archive.
"""

import io
import sys
import tarfile
from pathlib import Path

from PIL import Image

CLASSES = 20


def colour(label):
    """VOCcolormap.m: the bits of the label, three at a time, fill red, green and blue from the top."""
    red = green = blue = 0
    for bit in range(7, -1, -1):
        red |= (label & 1) << bit
        green |= (label >> 1 & 1) << bit
        blue |= (label >> 2 & 1) << bit
        label >>= 3
    return [red, green, blue]


def check_mask(name, data, image):
    try:
        mask = Image.open(io.BytesIO(data))
        mask.load()
    except Exception as error:  # noqa: BLE001: whatever Pillow says
        return f"{name}: cannot be read: {error}"
    if mask.format != "PNG" or mask.mode != "P":
        return f"{name}: {mask.format} of mode {mask.mode}, expected an indexed PNG"
    with Image.open(image) as photograph:
        if mask.size != photograph.size:
            return f"{name}: {mask.size}, expected {photograph.size}"
    if max(mask.getdata()) > CLASSES:
        return f"{name}: label {max(mask.getdata())}, expected at most {CLASSES}"
    palette = mask.getpalette()
    for label in range(CLASSES + 1):
        if palette[3 * label : 3 * label + 3] != colour(label):
            return f"{name}: label {label} has another colour than VOC's"
    return None


def main(archive, listed, images):
    problems = []
    ids = [line.split()[0] for line in Path(listed).read_text().splitlines() if line.strip()]
    with tarfile.open(archive, "r:gz") as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}
    folders = {str(Path(name).parent) for name in files}
    allowed = {f"results/VOC2012/Segmentation/comp{number}_test_cls" for number in (5, 6)}
    if len(folders) != 1 or not folders <= allowed:
        problems.append(f"folders {sorted(folders)}, expected one of {sorted(allowed)}")
    found = {Path(name).stem: name for name in files if name.endswith(".png")}
    if len(found) != len(files):
        problems.append(f"{len(files) - len(found)} files that are no PNG")
    problems += [f"{id}: missing" for id in ids if id not in found]
    problems += [f"{name}: not on the list" for id, name in found.items() if id not in set(ids)]
    for id in ids:
        if id in found:
            image = next(p for p in Path(images).glob(f"{id}.*"))
            problems.append(check_mask(found[id], files[found[id]], image))
    problems = [problem for problem in problems if problem]
    if problems:
        sys.exit("\n".join(problems[:20]))
    print(f"{Path(folders.pop()).name}: {len(ids)} masks, nothing wrong")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
