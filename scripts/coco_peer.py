#!/usr/bin/env python3
"""The other side of bench-data.sh: files to measure on, and what pycocotools needs for them.

    coco_peer.py repeat OUT COPIES INSTANCES.json ..    the images and annotations of files, COPIES times
    coco_peer.py synthetic OUT                          as many images and annotations as COCO's train2014
    coco_peer.py index|masks INSTANCES.json [REPEAT]    time pycocotools; a line of JSON
    coco_peer.py table < LINES                          medians and ratios of both sides as Markdown

Needs pycocotools 2.0.11 and NumPy.
"""
import contextlib
import io
import json
import math
import random
import resource
import statistics
import sys
import time


def repeat(out, copies, paths):
    """Copies with ids and names of their own."""
    images, annotations, categories = [], [], None
    for path in paths:
        file = json.load(open(path))
        categories = categories or file["categories"]
        for copy in range(int(copies)):
            own = {}
            for image in file["images"]:
                own[image["id"]] = len(images) + 1
                name = f"{len(images):012}.jpg"
                images.append({**image, "id": own[image["id"]], "file_name": name})
            for annotation in file["annotations"]:
                image = own[annotation["image_id"]]
                annotations.append({**annotation, "id": len(annotations) + 1, "image_id": image})
    write(out, images, annotations, categories)


IMAGES, ANNOTATIONS = 82_783, 600_000


def synthetic(out):
    """Polygons around a centre, and a crowd for each hundredth annotation."""
    draw = random.Random(4)
    images = [
        {
            "license": 1, "file_name": f"COCO_train2014_{number:012}.jpg", "coco_url": "http://example.org",
            "height": 480, "width": 640, "date_captured": "2013-11-14 16:28:13", "id": number,
        }
        for number in range(1, IMAGES + 1)
    ]
    annotations = []
    for number in range(1, ANNOTATIONS + 1):
        x, y, radius = draw.uniform(60, 580), draw.uniform(60, 420), draw.uniform(5, 60)
        points = []
        corners = draw.randint(6, 60)
        for corner in range(corners):
            angle, own = 2 * math.pi * corner / corners, radius * draw.uniform(0.7, 1)
            points += [round(x + own * math.cos(angle), 2), round(y + own * math.sin(angle), 2)]
        crowd = number % 100 == 0
        annotations.append({
            "segmentation": runs(draw) if crowd else [points],
            "area": round(math.pi * radius * radius, 4), "iscrowd": int(crowd),
            "image_id": draw.randint(1, IMAGES),
            "bbox": [round(value, 2) for value in (x - radius, y - radius, 2 * radius, 2 * radius)],
            "category_id": draw.randint(1, 80), "id": number,
        })
    categories = [{"supercategory": "x", "id": id, "name": f"class {id}"} for id in range(1, 81)]
    write(out, images, annotations, categories)


def runs(draw):
    """Run lengths of a crowd."""
    counts = [draw.randint(1, 400) for _ in range(600)]
    return {"counts": counts + [480 * 640 - sum(counts)], "size": [480, 640]}


def write(out, images, annotations, categories):
    file = {"info": {}, "licenses": [], "images": images, "annotations": annotations, "categories": categories}
    with open(out, "w") as target:
        target.write(json.dumps(file))


def measure(name, path, rounds):
    from pycocotools.coco import COCO
    import numpy as np

    def label_map(coco, image):
        info = coco.imgs[image]
        annotations = coco.loadAnns(coco.getAnnIds(imgIds=[image]))
        annotations.sort(key=lambda own: -own["area"])
        mask = np.zeros((info["height"], info["width"]), np.uint8)
        for annotation in annotations:
            mask[coco.annToMask(annotation) > 0] = classes[annotation["category_id"]]
        return mask

    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO(path)
        classes = {id: index + 1 for index, id in enumerate(sorted(coco.cats))}
        if name == "masks":
            for image in coco.imgs:
                label_map(coco, image)
        seconds.append(time.perf_counter() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    record = {
        "side": "pycocotools", "pass": name, "images": len(coco.imgs), "threads": 1,
        "seconds": seconds, "peak_bytes": peak,
    }
    print(json.dumps(record))


def table():
    runs = {}
    for line in map(json.loads, sys.stdin):
        runs.setdefault((line["pass"], line["side"]), []).append(line)
    print("| pass | side | threads | images | median [s] | of pycocotools | peak [MiB] | of pycocotools | rounds |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    numbers = lambda own: (
        statistics.median(second for run in own for second in run["seconds"]),
        statistics.median(run["peak_bytes"] for run in own) / 2**20,
    )
    for (name, side), own in runs.items():
        (seconds, peak), (base, base_peak) = numbers(own), numbers(runs[name, "pycocotools"])
        rounds = sum(len(run["seconds"]) for run in own)
        print(f"| {name} | {side} | {own[0]['threads']} | {own[0]['images']} | {seconds:.3f} | "
              f"{seconds / base:.3f} | {peak:.0f} | {peak / base_peak:.2f} | {rounds} |")


match sys.argv[1:]:
    case ["repeat", out, copies, *paths] if paths:
        repeat(out, copies, paths)
    case ["synthetic", out]:
        synthetic(out)
    case ["index" | "masks" as name, path, *rounds]:
        measure(name, path, int(*rounds or [1]))
    case ["table"]:
        table()
    case _:
        sys.exit(__doc__)
