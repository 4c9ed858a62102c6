"""Refinement of probabilities by the fields of published code."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

import numpy as np

from . import _arrays
from ._native import presets as _presets, refine_batch as _refine_batch

#: Names of the published parameters.
PRESETS: tuple[str, ...] = tuple(name for name, _ in _presets())


def refine(
    probabilities: Any,
    image: Any,
    preset: str = "psa",
    *,
    background: float | None = None,
    power: float | None = None,
    gaussian: Sequence[float] | None = None,
    bilateral: Sequence[float] | None = None,
    steps: int = 10,
) -> np.ndarray:
    """Probabilities ``(labels, height, width)``, refined by a dense CRF over the image.

    ``probabilities`` are floats from 0 of shape ``(labels, height, width)``; those of a pixel need not sum
    to 1. ``image`` is uint8 of shape ``(height, width, 3)``, in red, green and blue.

    For class activation maps, scores from 0 to 1 without background, pass ``background`` or ``power``: the
    result then begins with the background, whose score is that number, or ``(1 - greatest score) ** power``.

    ``preset`` is one of ``PRESETS``: ``psa`` (PSA, SEAM, EPS), ``irn-label`` (IRN, over the most probable
    labels), ``deeplab-v2``, ``deeplab-v2-raw`` (deeplab-pytorch, CLIP-ES) and ``toco``. ``gaussian=(sxy,
    compat)`` and ``bilateral=(sxy, srgb, compat)`` replace its kernels.

    Raises ``ValueError`` for another type, shape or range, for NaN, and for more than 256 labels.
    """
    given = [_with_background(probabilities, background, power)]
    return _refined(given, [image], preset, gaussian, bilateral, steps, 1)[0]


def refine_batch(
    probabilities: Iterable[Any],
    images: Iterable[Any],
    preset: str = "psa",
    *,
    background: float | None = None,
    power: float | None = None,
    gaussian: Sequence[float] | None = None,
    bilateral: Sequence[float] | None = None,
    steps: int = 10,
    threads: int = 0,
) -> list[np.ndarray]:
    """:func:`refine` of many images of any sizes, one on each of ``threads`` threads; 0 takes all processors.

    The results do not depend on the number of threads.
    """
    given = [_with_background(scores, background, power) for scores in probabilities]
    threads = _arrays.whole("threads", threads)
    return _refined(given, list(images), preset, gaussian, bilateral, steps, threads)


def _refined(
    given: list[np.ndarray],
    images: list[Any],
    preset: str,
    gaussian: Sequence[float] | None,
    bilateral: Sequence[float] | None,
    steps: int,
    threads: int,
) -> list[np.ndarray]:
    if len(given) != len(images):
        raise ValueError(f"{len(images)} images, expected {len(given)} as there are probabilities")
    if not isinstance(preset, str):
        raise TypeError(f"preset is {type(preset).__name__}, expected a name: {', '.join(PRESETS)}")
    pictures = [
        _arrays.image("image", image, *scores.shape[1:]) for image, scores in zip(images, given)
    ]
    refined = [np.empty_like(scores) for scores in given]
    places = None if gaussian is None else _arrays.numbers("gaussian", gaussian, 2)
    colours = None if bilateral is None else _arrays.numbers("bilateral", bilateral, 3)
    steps = _arrays.whole("steps", steps)
    _refine_batch(given, pictures, refined, preset, places, colours, steps, threads)
    return refined


def _with_background(
    scores: Any, background: float | None, power: float | None
) -> np.ndarray:
    given = _arrays.floats("probabilities", scores, 3)
    if 0 in given.shape:
        raise ValueError(f"probabilities are of shape {given.shape}, expected no side of 0")
    if background is None and power is None:
        return given
    if background is not None and power is not None:
        raise TypeError("expected background or power, not both")
    if not (given.min() >= 0 and given.max() <= 1):
        raise ValueError(
            f"scores are from {given.min()} to {given.max()}, expected 0 to 1 beside a background"
        )
    if power is not None:
        if not _arrays.number("power", power) > 0:
            raise ValueError(f"power is {power}, expected a number above 0")
        # A power in 64 bits, rounded once, as the program has it.
        first = (1.0 - given.max(0)).astype(np.float64) ** power
    else:
        first = np.full(given.shape[1:], _arrays.number("background", background))
        if not 0 <= first.flat[0] <= 1:
            raise ValueError(f"background is {background}, expected 0 to 1")
    return np.concatenate([first[np.newaxis].astype(np.float32), given])
