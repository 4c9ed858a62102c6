#!/usr/bin/env python3
"""Write fixtures/pickle: labels and maps as other programs pickle them, in protocols 2 to 5."""
import pickle
from pathlib import Path

import numpy as np

folder = Path(__file__).resolve().parent.parent / "fixtures" / "pickle"
folder.mkdir(parents=True, exist_ok=True)


def labels(*classes):
    row = np.zeros(20, np.float32)
    row[list(classes)] = 1
    return row


rows = {"2007_000032": labels(0, 14), "2007_000039": labels(19), "2007_000063": labels(8, 11)}
maps = {
    "keys": np.array([0, 15]),
    "fortran": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
    "half": np.array([0.5, -2], np.float16),
    "big": np.array([1, -2, 70000], ">i4"),
    "bytes": np.array([[1, 255]], np.uint8),
    "mask": np.array([True, False]),
    "scalar": np.float64(0.25),
    "number": -(1 << 40),
    "nothing": None,
    "list": [1.5, "text", (True, b"\x80\xff")],
}
for protocol in (2, 3, 4, 5):
    (folder / f"labels{protocol}.pickle").write_bytes(
        pickle.dumps(np.array(rows, dtype=object), protocol)
    )
    (folder / f"maps{protocol}.pickle").write_bytes(pickle.dumps(maps, protocol))
