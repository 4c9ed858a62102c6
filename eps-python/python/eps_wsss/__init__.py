"""Tools of weakly supervised semantic segmentation: dense CRF, bilateral filter, evaluation.

``eps_wsss.densecrf`` and ``eps_wsss.bilateralfilter`` are drop-ins for pydensecrf and for rloss's module.
"""

from . import bilateralfilter, densecrf
from ._evaluation import (
    PROTOCOLS,
    ConfusionMatrix,
    audit,
    check,
    compare,
    compare_matrices,
    evaluate,
    saliency,
    saliency_measures,
    sweep,
)
from ._native import __version__
from ._refine import PRESETS, refine, refine_batch

__all__ = [
    "PRESETS",
    "PROTOCOLS",
    "ConfusionMatrix",
    "__version__",
    "audit",
    "bilateralfilter",
    "check",
    "compare",
    "compare_matrices",
    "densecrf",
    "evaluate",
    "refine",
    "refine_batch",
    "saliency",
    "saliency_measures",
    "sweep",
]
