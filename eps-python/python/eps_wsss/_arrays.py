"""Arguments as contiguous arrays, or errors that say what was found and what was expected."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

#: A side of any length.
ANY = None


def described(array: np.ndarray) -> str:
    return f"{array.dtype} of shape {array.shape}"


def array(
    name: str, value: Any, dtype: str, shape: Sequence[int | None] | None = None
) -> np.ndarray:
    """``value`` as a contiguous array; its type and, where it is given, its shape must be the expected ones."""
    if value is None:
        raise TypeError(f"{name} is None, expected an array of {dtype}")
    found = np.asarray(value)
    expected = dtype if shape is None else f"{dtype} of shape {spelled(shape)}"
    fits = shape is None or (
        found.ndim == len(shape)
        and all(want is ANY or side == want for side, want in zip(found.shape, shape))
    )
    if found.dtype != np.dtype(dtype) or not fits:
        raise ValueError(f"{name} is {described(found)}, expected {expected}")
    return np.ascontiguousarray(found)


def spelled(shape: Sequence[int | None]) -> str:
    sides = ", ".join("any" if side is ANY else str(side) for side in shape)
    return f"({sides},)" if len(shape) == 1 else f"({sides})"


def floats(name: str, value: Any, dimensions: int) -> np.ndarray:
    """``value`` as contiguous 32-bit floats; any other floating-point type is converted."""
    found = np.asarray(value)
    if found.dtype.kind != "f" or found.ndim != dimensions:
        raise ValueError(
            f"{name} is {described(found)}, expected floats with {dimensions} dimensions"
        )
    return np.ascontiguousarray(found, dtype=np.float32)


def image(name: str, value: Any, height: int, width: int) -> np.ndarray:
    return array(name, value, "uint8", (height, width, 3))


def labels(name: str, value: Any) -> np.ndarray:
    """``value`` as 8-bit labels of one image or of a stack of images; any integer type is converted."""
    found = np.asarray(value)
    if found.dtype.kind not in "iub" or found.ndim not in (2, 3):
        raise ValueError(
            f"{name} is {described(found)}, expected integers of shape (height, width) or "
            "(images, height, width)"
        )
    if found.dtype != np.uint8 and found.size:
        low, high = int(found.min()), int(found.max())
        if low < 0 or high > 255:
            wrong = low if low < 0 else high
            raise ValueError(f"{name} has label {wrong}, expected 0 to 255")
    return np.ascontiguousarray(found, dtype=np.uint8)


def whole(name: str, value: Any, least: int = 0) -> int:
    """``value`` as an integer from ``least`` on."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is {type(value).__name__}, expected an integer")
    if not least <= value < 2**31:
        raise ValueError(f"{name} is {value}, expected {least} to {2**31 - 1}")
    return int(value)


def number(name: str, value: Any) -> float:
    """``value`` as a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} is {type(value).__name__}, expected a number")
    if not np.isfinite(value):
        raise ValueError(f"{name} is {value}, expected a finite number")
    return float(value)


def numbers(name: str, value: Any, count: int) -> tuple[float, ...]:
    """``value`` as ``count`` numbers: as many, or one for all."""
    if np.ndim(value) == 0:
        return (number(name, value),) * count
    if len(value) != count:
        raise ValueError(f"{name} has {len(value)} numbers, expected 1 or {count}")
    return tuple(number(name, entry) for entry in value)
