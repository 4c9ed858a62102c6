#!/usr/bin/env python3
# /// script
# requires-python = ">=3.10"
# dependencies = ["pysodmetrics==1.6.0", "opencv-python-headless"]
# ///
"""Score saliency maps with PySODMetrics: every metric that `eps saliency evaluate` has.

    saliency_peer.py MASKS MAPS     prints seconds without imports, and the scores, as JSON
"""
import json
import sys
import time
import warnings
from pathlib import Path

import cv2
import numpy as np
import py_sod_metrics as sod

warnings.simplefilter("ignore")
cv2.setNumThreads(1)
masks, maps = map(Path, sys.argv[1:3])
begun = time.perf_counter()
mae, s, weighted = sod.MAE(), sod.Smeasure(), sod.WeightedFmeasure()
f, e = sod.Fmeasure(), sod.Emeasure()
for path in sorted(masks.iterdir()):
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    grey = cv2.imread(str(maps / path.name), cv2.IMREAD_GRAYSCALE)
    for metric in (mae, s, weighted, f, e):
        metric.step(grey, mask)
fm, em = f.get_results()["fm"], e.get_results()["em"]
scores = {
    "mae": mae.get_results()["mae"],
    "max_f": fm["curve"].max(),
    "mean_f": fm["curve"].mean(),
    "adaptive_f": fm["adp"],
    "weighted_f": weighted.get_results()["wfm"],
    "s_measure": s.get_results()["sm"],
    "max_e": em["curve"].max(),
    "mean_e": em["curve"].mean(),
    "adaptive_e": em["adp"],
}
seconds = time.perf_counter() - begun
versions = {"numpy": np.__version__, "opencv": cv2.__version__}
print(json.dumps({"seconds": seconds, "versions": versions, "scores": scores}, default=float))
