#!/usr/bin/env python3
"""Write fixtures/golden/labels: dictionaries of image labels as numpy.save writes them (NumPy 1.26)."""
import hashlib
import io
from pathlib import Path

import numpy as np

folder = Path(__file__).resolve().parent.parent / "fixtures" / "golden" / "labels"
folder.mkdir(parents=True, exist_ok=True)


def labels(count, classes):
    """Image n has the classes of the low bits of 7 n."""
    rows = {}
    for number in range(count):
        rows[f"2007_{number:06}"] = np.array([7 * number >> bit & 1 if bit < 20 else 0 for bit in range(classes)], np.float32)
    return rows


def saved(rows):
    file = io.BytesIO()
    np.save(file, rows)
    file.seek(0)
    again = np.load(file, allow_pickle=True).item()
    assert list(again) == list(rows) and all((again[id] == rows[id]).all() for id in rows)
    return file.getvalue()


(folder / "one.npy").write_bytes(saved(labels(1, 20)))
(folder / "three.npy").write_bytes(saved(labels(3, 20)))
lines = []
for classes, count in [(20, 0), (20, 999), (20, 1000), (20, 1001), (20, 2500), (80, 2), (80, 1200)]:
    lines.append(f"{classes} {count} {hashlib.sha256(saved(labels(count, classes))).hexdigest()}\n")
(folder / "sha256.txt").write_text("".join(lines))

# Keys that are numbers, as IRN's programs have them, or NumPy's texts.
rows = list(labels(3, 20).values())
keys = {np.int32(2007000032): rows[0], np.str_("2007_000039"): rows[1], 2011003276: rows[2]}
(folder / "keys.npy").write_bytes(saved(keys))
