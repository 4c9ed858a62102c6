#!/usr/bin/env python3
"""Write fixtures/sbd: small masks in the structures of SBD's files, classes and instances. Needs SciPy."""
from pathlib import Path

import numpy as np
from scipy.io import savemat
from scipy.sparse import csc_matrix

folder = Path(__file__).resolve().parent.parent / "fixtures" / "sbd"
folder.mkdir(parents=True, exist_ok=True)
mask = (np.arange(12) * 21 % 250).astype(np.uint8).reshape(3, 4)
boundaries = np.empty((20, 1), object)
for index in range(20):
    boundaries[index, 0] = csc_matrix((mask == index).astype(float))
truth = {"Boundaries": boundaries, "Segmentation": mask, "CategoriesPresent": np.array([[1, 2]], np.uint8)}
instances = {"Segmentation": mask, "Boundaries": boundaries, "Categories": np.array([[1, 2]], np.uint8)}
classes = np.append(np.arange(11), 20).astype(np.uint8).reshape(3, 4)
files = [
    ("classes.mat", {"GTcls": truth | {"Segmentation": classes}}, True),
    ("plain.mat", {"GTcls": truth}, False),
    ("compressed.mat", {"GTcls": truth}, True),
    ("second.mat", {"note": np.arange(3.0), "GTcls": truth}, True),
    ("instances.mat", {"GTinst": instances}, True),
]
for name, variables, compressed in files:
    savemat(folder / name, variables, do_compression=compressed)
    # The clock in the text of the header is none of a fixture's business.
    file = folder / name
    file.write_bytes(b"MATLAB 5.0 MAT-file".ljust(116) + file.read_bytes()[116:])
