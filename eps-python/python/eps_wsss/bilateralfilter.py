"""The bilateral filter of the dense energy loss, by the names of rloss's module.

A drop-in for the module that rloss builds with SWIG, which AFA, ToCo, SeCo and DuPL use::

    from eps_wsss.bilateralfilter import bilateralfilter, bilateralfilter_batch

Each value becomes the sum of those of all pixels of its image, weighted by
``exp(-|place - place'|² / (2 sigmaxy²) - |colour - colour'|² / (2 sigmargb²))``, by a permutohedral lattice. The
filter is symmetric up to the lattice's approximation, so that it is its own gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _arrays
from ._native import bilateral_batch as _bilateral_batch

__all__ = ["bilateralfilter", "bilateralfilter_batch"]


def bilateralfilter(
    image: Any, in_: Any, out: np.ndarray, H: int, W: int, sigmargb: float, sigmaxy: float
) -> None:
    """Filters the planes of ``in_``, ``(K, H, W)``, over ``image``, ``(3, H, W)``, into ``out``, in place.

    All three are float32 and hold their values in that order, in any shape, such as flat.
    """
    H, W = _arrays.whole("H", H, 1), _arrays.whole("W", W, 1)
    planes, rest = divmod(np.size(in_), H * W)
    if rest or not planes:
        raise ValueError(f"in has {np.size(in_)} values, expected a multiple of {H * W}")
    _filter(image, in_, out, (1, planes, H, W), sigmargb, sigmaxy, 1, "image", "in", "out")


def bilateralfilter_batch(
    images: Any,
    ins: Any,
    outs: np.ndarray,
    N: int,
    K: int,
    H: int,
    W: int,
    sigmargb: float,
    sigmaxy: float,
    threads: int = 0,
) -> None:
    """:func:`bilateralfilter` of ``N`` images with ``K`` planes each, one on each of ``threads`` threads.

    ``images`` are ``(N, 3, H, W)``, ``ins`` and ``outs`` ``(N, K, H, W)``. 0 threads takes all processors; the
    result does not depend on their number.
    """
    size = tuple(
        _arrays.whole(name, side, 1) for name, side in zip("NKHW", (N, K, H, W))
    )
    threads = _arrays.whole("threads", threads)
    _filter(images, ins, outs, size, sigmargb, sigmaxy, threads, "images", "ins", "outs")


def _filter(
    images: Any,
    ins: Any,
    outs: Any,
    size: tuple[int, ...],
    sigmargb: float,
    sigmaxy: float,
    threads: int,
    *names: str,
) -> None:
    count, planes, height, width = size
    pixels = count * height * width
    values = []
    for name, value, expected in zip(names, (images, ins), (3 * pixels, planes * pixels)):
        found = _arrays.array(name, value, "float32").reshape(-1)
        if found.size != expected:
            raise ValueError(f"{name} has {found.size} values, expected {expected}")
        if not np.isfinite(found).all():
            raise ValueError(f"{name} has a value that is not finite, expected numbers")
        values.append(found)
    name, expected = names[2], planes * pixels
    if not isinstance(outs, np.ndarray):
        raise TypeError(f"{name} is {type(outs).__name__}, expected an array to be set in place")
    if outs.dtype != np.float32 or outs.size != expected:
        raise ValueError(
            f"{name} is {_arrays.described(outs)}, expected float32 with {expected} values"
        )
    if not (outs.flags.c_contiguous and outs.flags.writeable):
        raise ValueError(f"{name} cannot be set in place, expected a contiguous writeable array")
    for label, deviation in (("sigmargb", sigmargb), ("sigmaxy", sigmaxy)):
        if not _arrays.number(label, deviation) > 0:
            raise ValueError(f"{label} is {deviation}, expected a number above 0")
    filtered = outs.reshape(-1)
    if any(np.shares_memory(given, filtered) for given in values):
        raise ValueError(f"{name} shares memory with an input, expected an array of its own")
    _bilateral_batch(values[0], values[1], filtered, size, float(sigmargb), float(sigmaxy), threads)
