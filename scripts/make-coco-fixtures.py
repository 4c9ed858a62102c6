#!/usr/bin/env python3
"""Write fixtures/golden/coco: what pycocotools makes of instances files.

    make-coco-fixtures.py [INSTANCES.json ...]

Without arguments, a synthetic file is made and frozen with its areas and hashes. Each further file adds
its own areas and hashes (numbers only) under its name.
Needs pycocotools 2.0.11, numpy 1.26.
"""
import hashlib
import json
import random
import sys
from pathlib import Path

import numpy as np
from pycocotools import mask as masks
from pycocotools.coco import COCO

folder = Path(__file__).resolve().parent.parent / "fixtures" / "golden" / "coco"


def synthetic():
    """Polygons of every kind, run lengths plain and compressed, crowds, points far outside."""
    random.seed(4)
    images, annotations = [], []
    sizes = [(37, 29), (64, 48), (1, 9), (9, 1), (100, 3), (53, 71)]
    for number, (width, height) in enumerate(sizes, 1):
        name = f"COCO_train2014_{number:012}.jpg"
        images.append({"id": number * 7, "file_name": name, "width": width, "height": height})
    images.append({"id": 99, "file_name": "COCO_train2014_000000000099.jpg", "width": 5, "height": 4})

    def polygon(width, height, kind):
        spread = {"inside": 0, "over": 0.5, "far": 40}[kind]
        corner = lambda side: round(random.uniform(-spread * side, (1 + spread) * side), random.choice([0, 1, 2, 6]))
        return [corner(side) for _ in range(random.randint(3, 12)) for side in (width, height)]

    def runs(width, height):
        mask = np.asfortranarray((np.random.RandomState(random.randrange(1 << 30)).rand(height, width) < 0.4).astype(np.uint8))
        return masks.encode(mask)

    def plain(rle):
        flat, counts, value, run = masks.decode(rle).flatten(order="F"), [], 0, 0
        for pixel in flat:
            if pixel != value:
                counts.append(run)
                value, run = pixel, 0
            run += 1
        return {"size": rle["size"], "counts": [int(count) for count in counts + [run]]}

    for number, image in enumerate(images[:-1]):
        width, height = image["width"], image["height"]
        kinds = ["inside", "over", "far", "many", "line", "compressed", "plain", "none"]
        for turn in range(24):
            kind = kinds[turn % len(kinds)]
            crowd = 0
            if kind in ("inside", "over", "far"):
                segmentation = [polygon(width, height, kind)]
            elif kind == "many":
                segmentation = [polygon(width, height, "over") for _ in range(4)]
            elif kind == "line":
                segmentation = [[1, 1, width, height, 1, 1], [2, 2, 3, 3]]
            elif kind == "compressed":
                rle = runs(width, height)
                segmentation, crowd = {"size": rle["size"], "counts": rle["counts"].decode()}, turn % 2
            elif kind == "plain":
                segmentation, crowd = plain(runs(width, height)), 1
            else:
                segmentation = [polygon(width, height, "inside")]
            annotations.append({
                "id": 1000 + (turn * 5 + number * 31) % 997 + 1000 * number,
                "image_id": image["id"], "category_id": random.choice([1, 3, 12, 13, 90]),
                "iscrowd": crowd, "area": float(random.randint(1, 9)), "segmentation": segmentation,
            })
    random.shuffle(annotations)
    names = {90: "toothbrush", 1: "person", 3: "car", 13: "stop sign", 12: "street sign"}
    categories = [{"id": id, "name": name, "supercategory": "x"} for id, name in names.items()]
    file = {"info": {"year": 2014}, "annotations": annotations, "images": images, "categories": categories}
    text = json.dumps(file).replace('"annotations":', '"licenses":[], "annotations":')
    (folder / "synthetic.json").write_text(text)
    return folder / "synthetic.json"


def digest(mask):
    return hashlib.sha256(np.ascontiguousarray(mask, np.uint8).tobytes()).hexdigest()[:16]


def label_map(coco, image, order, overlap, crowd):
    """One mask of an image, by the plainest reading of the rules."""
    classes = {id: index for index, id in enumerate(sorted(coco.cats), 1)}
    anns = coco.imgToAnns[image["id"]]
    key = {
        "file": lambda own: own[0],
        "id": lambda own: own[1]["id"],
        "class": lambda own: (classes[own[1]["category_id"]], own[0]),
        "area": lambda own: (-own[1]["area"], -own[0]),
    }[order]
    drawn = np.zeros((image["height"], image["width"]), np.uint8)
    for _, ann in sorted(enumerate(anns), key=key):
        if ann["iscrowd"] and crowd != "draw":
            continue
        mask, index = coco.annToMask(ann) == 1, classes[ann["category_id"]]
        if overlap == "last":
            drawn[mask] = index
        elif overlap == "first":
            drawn[mask & (drawn == 0)] = index
        else:
            clash = mask & (drawn != 0) & (drawn != index)
            drawn[mask & (drawn == 0)] = index
            drawn[clash] = 255
    if crowd == "ignore":
        for ann in anns:
            if ann["iscrowd"]:
                drawn[(coco.annToMask(ann) == 1) & (drawn == 0)] = 255
    return drawn


def coco2voc(coco, image):
    """The rule of coco2voc: the smallest first, and what is drawn stays."""
    classes = {id: index for index, id in enumerate(sorted(coco.cats), 1)}
    drawn = np.zeros((image["height"], image["width"]), np.int64)
    for ann in sorted(coco.imgToAnns[image["id"]], key=lambda ann: ann["area"]):
        drawn = np.where(drawn > 0, drawn, coco.annToMask(ann) * classes[ann["category_id"]])
    return drawn


RULES = [(order, overlap, crowd) for order in ("area", "file", "id", "class")
         for overlap in ("last", "first", "ignore") for crowd in ("draw", "ignore", "skip")]


def freeze(path):
    coco = COCO(path)
    rows = ["annotation,pixels,sha256"]
    for ann in sorted(coco.anns.values(), key=lambda ann: ann["id"]):
        pixels = int(masks.area(coco.annToRLE(ann)))
        rows.append(f"{ann['id']},{pixels},{digest(coco.annToMask(ann))}")
    (folder / f"{path.stem}.annotations.csv").write_text("\n".join(rows) + "\n")
    digests = {rule: [] for rule in map("-".join, RULES)}
    for image in coco.dataset["images"]:
        maps = {"-".join(rule): label_map(coco, image, *rule) for rule in RULES}
        assert (coco2voc(coco, image) == maps["area-last-draw"]).all()
        for rule, drawn in maps.items():
            digests[rule].append(digest(drawn))
    # One hash of the hashes of all images, in the order of the file.
    rows = ["rule,sha256"]
    for rule, own in digests.items():
        rows.append(f"{rule},{hashlib.sha256(','.join(own).encode()).hexdigest()[:16]}")
    (folder / f"{path.stem}.masks.csv").write_text("\n".join(rows) + "\n")


def freeze_results(path):
    """Masks of detections, which are compressed run lengths alone."""
    rows = ["index,pixels,sha256"]
    for index, result in enumerate(json.loads(path.read_text())):
        rle = result["segmentation"]
        rows.append(f"{index},{int(masks.area(rle))},{digest(masks.decode(rle))}")
    (folder / f"{path.stem}.results.csv").write_text("\n".join(rows) + "\n")


folder.mkdir(parents=True, exist_ok=True)
for path in [synthetic(), *map(Path, sys.argv[1:])]:
    if isinstance(json.loads(path.read_text()), list):
        freeze_results(path)
    else:
        freeze(path)
