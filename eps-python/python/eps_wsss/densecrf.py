"""Fully connected conditional random fields, by the names of pydensecrf.

A drop-in for ``pydensecrf.densecrf`` and ``pydensecrf.utils`` in one module::

    import eps_wsss.densecrf as dcrf
    from eps_wsss.densecrf import unary_from_softmax

The model and its inference are those of Krähenbühl and Koltun, "Efficient Inference in Fully Connected CRFs
with Gaussian Edge Potentials", 2011. Learning is not part of it, as it is not part of pydensecrf: kernels
can be named, but their parameters cannot be trained.

Results are plain NumPy arrays of shape ``(labels, points)``. Every call works without the interpreter's lock.
"""

from __future__ import annotations

import enum
import warnings
from numbers import Number
from typing import Any, Sequence

import numpy as np

from . import _arrays
from ._native import Field

__all__ = [
    "CONST_KERNEL",
    "ConstUnary",
    "DIAG_KERNEL",
    "DenseCRF",
    "DenseCRF2D",
    "FULL_KERNEL",
    "KernelType",
    "LogisticUnary",
    "NORMALIZE_AFTER",
    "NORMALIZE_BEFORE",
    "NORMALIZE_SYMMETRIC",
    "NO_NORMALIZATION",
    "NormalizationType",
    "Unary",
    "compute_unary",
    "create_pairwise_bilateral",
    "create_pairwise_gaussian",
    "softmax_to_unary",
    "unary_from_labels",
    "unary_from_softmax",
]


class NormalizationType(enum.IntEnum):
    """How a kernel is divided by what every point takes when every point gives 1."""

    NO_NORMALIZATION = 0
    NORMALIZE_BEFORE = 1
    NORMALIZE_AFTER = 2
    NORMALIZE_SYMMETRIC = 3


class KernelType(enum.IntEnum):
    """What learning would change of a kernel; inference is the same with each."""

    CONST_KERNEL = 0
    DIAG_KERNEL = 1
    FULL_KERNEL = 2


NO_NORMALIZATION = NormalizationType.NO_NORMALIZATION
NORMALIZE_BEFORE = NormalizationType.NORMALIZE_BEFORE
NORMALIZE_AFTER = NormalizationType.NORMALIZE_AFTER
NORMALIZE_SYMMETRIC = NormalizationType.NORMALIZE_SYMMETRIC
CONST_KERNEL = KernelType.CONST_KERNEL
DIAG_KERNEL = KernelType.DIAG_KERNEL
FULL_KERNEL = KernelType.FULL_KERNEL


class Unary:
    """Energies of every label at every point, for :meth:`DenseCRF.setUnary`."""

    def __init__(self, energies: Any) -> None:
        self._energies = _arrays.array("u", energies, "float32", (_arrays.ANY, _arrays.ANY))


class ConstUnary(Unary):
    """Energies that are given as they are, ``(labels, points)`` in float32."""

    def __init__(self, u: Any) -> None:
        super().__init__(u)


class LogisticUnary(Unary):
    """Energies ``L @ f`` of features ``f``, ``(features, points)``, by weights ``L``, ``(labels, features)``."""

    def __init__(self, L: Any, f: Any) -> None:
        weights = _arrays.array("L", L, "float32", (_arrays.ANY, _arrays.ANY))
        features = _arrays.array("f", f, "float32", (weights.shape[1], _arrays.ANY))
        super().__init__(weights @ features)


def _costs(compat: Any, labels: int) -> Any:
    """A compatibility as a number, a list of one cost a label, or an array of one a pair of labels."""
    if isinstance(compat, (Number, np.number)) or np.ndim(compat) == 0:
        return _arrays.number("compat", compat)
    if np.ndim(compat) > 2:
        raise ValueError(
            f"compat has {np.ndim(compat)} dimensions, expected a number, or an array of 1 or 2"
        )
    costs = _arrays.array("compat", compat, "float32", (labels,) * np.ndim(compat))
    return costs.tolist() if costs.ndim == 1 else costs


def _kinds(kernel: Any, normalization: Any) -> int:
    """The number of a normalisation, after a look at the kernel, which inference does not depend on."""
    for name, value, kind in (
        ("kernel", kernel, KernelType),
        ("normalization", normalization, NormalizationType),
    ):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise TypeError(f"{name} is {type(value).__name__}, expected a {kind.__name__}")
        if not 0 <= value < len(kind):
            names = ", ".join(kind.__members__)
            raise ValueError(f"{name} is {value}, expected one of {names}")
    return int(normalization)


class DenseCRF:
    """A field over ``nvar`` points of ``nlabels`` labels each.

    Energies are set by :meth:`setUnaryEnergy`, pairwise terms are added by :meth:`addPairwiseEnergy`. A
    field can be used by several threads, which wait for each other.
    """

    def __init__(self, nvar: int, nlabels: int) -> None:
        self._nvar = _arrays.whole("nvar", nvar, 1)
        self._nlabel = _arrays.whole("nlabels", nlabels, 1)
        self._field = Field(self._nvar, self._nlabel)

    def setUnaryEnergy(self, u: Any, f: Any = None) -> None:
        """Sets the energies: negative logarithms of probabilities, float32 of shape ``(labels, points)``.

        An infinite energy excludes a label. With features ``f``, the energies are ``u @ f``.

        Raises ``ValueError`` for another type or shape, for NaN, and for a point that has no label left.
        """
        if f is not None:
            return self.setUnary(LogisticUnary(u, f))
        shape = (self._nlabel, self._nvar)
        self._field.set_energies(_arrays.array("u", u, "float32", shape))

    def setUnary(self, u: Unary) -> None:
        """Sets energies that are a :class:`ConstUnary` or a :class:`LogisticUnary`."""
        if not isinstance(u, Unary):
            raise TypeError(f"u is {type(u).__name__}, expected a Unary")
        self.setUnaryEnergy(u._energies)

    def addPairwiseEnergy(
        self,
        features: Any,
        compat: Any,
        kernel: int = DIAG_KERNEL,
        normalization: int = NORMALIZE_SYMMETRIC,
    ) -> None:
        """Adds a term in which points are alike by ``exp(-|f - g|² / 2)`` of their features.

        ``features`` are float32 of shape ``(dimensions, points)``, of any number of dimensions, divided by
        their standard deviations. ``compat`` is a number, what equal labels gain (Potts); or float32 of
        shape ``(labels,)`` or ``(labels, labels)``, what labels cost.
        """
        features = _arrays.array("features", features, "float32", (_arrays.ANY, self._nvar))
        norm = _kinds(kernel, normalization)
        self._field.add_features(features, _costs(compat, self._nlabel), norm)

    def inference(self, niter: int | None = None, *, n_iterations: int | None = None) -> np.ndarray:
        """Probabilities ``(labels, points)`` after ``niter`` steps; of the energies alone after none."""
        return self._field.infer(_steps(niter, n_iterations))

    def map(self, niter: int | None = None, *, n_iterations: int | None = None) -> np.ndarray:
        """The most probable label of each point after ``niter`` steps, the first of several; int64."""
        labels: np.ndarray = self._field.infer(_steps(niter, n_iterations)).argmax(axis=0)
        return labels

    def startInference(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Probabilities before the first step, and two empty arrays that :meth:`stepInference` takes."""
        return self._field.start(), np.empty((0, 0), np.float32), np.empty((0, 0), np.float32)

    def stepInference(self, Q: np.ndarray, tmp1: Any = None, tmp2: Any = None) -> None:
        """Replaces the probabilities ``Q`` by those of the next step, in place."""
        Q[...] = self._field.step(self._probabilities(Q))

    def klDivergence(self, Q: np.ndarray) -> float:
        """Kullback-Leibler divergence of ``Q`` from the field, up to a constant."""
        return self._field.divergence(self._probabilities(Q))

    def _probabilities(self, Q: Any) -> np.ndarray:
        if not isinstance(Q, np.ndarray):
            raise TypeError(f"Q is {type(Q).__name__}, expected the array of startInference")
        return _arrays.array("Q", Q, "float32", (self._nlabel, self._nvar))


class DenseCRF2D(DenseCRF):
    """A field over an image of ``w`` columns and ``h`` rows; points go row by row."""

    def __init__(self, w: int, h: int, nlabels: int) -> None:
        self._w, self._h = _arrays.whole("w", w, 1), _arrays.whole("h", h, 1)
        self._nvar = self._w * self._h
        self._nlabel = _arrays.whole("nlabels", nlabels, 1)
        self._field = Field(self._nvar, self._nlabel, self._w)

    def addPairwiseGaussian(
        self,
        sxy: Any,
        compat: Any,
        kernel: int = DIAG_KERNEL,
        normalization: int = NORMALIZE_SYMMETRIC,
    ) -> None:
        """Adds a term in which pixels are alike where they are near.

        ``sxy`` is the standard deviation in pixels, or one for x and one for y; ``compat`` is that of
        :meth:`addPairwiseEnergy`.
        """
        place, norm = _arrays.numbers("sxy", sxy, 2), _kinds(kernel, normalization)
        self._field.add_gaussian(place, _costs(compat, self._nlabel), norm)

    def addPairwiseBilateral(
        self,
        sxy: Any,
        srgb: Any,
        rgbim: Any,
        compat: Any,
        kernel: int = DIAG_KERNEL,
        normalization: int = NORMALIZE_SYMMETRIC,
    ) -> None:
        """Adds a term in which pixels are alike where they are near and of one colour.

        ``srgb`` is the standard deviation of the colours, or one for each channel; ``rgbim`` is the image,
        uint8 of shape ``(h, w, 3)``. For other images see :func:`create_pairwise_bilateral`.
        """
        place, colour = _arrays.numbers("sxy", sxy, 2), _arrays.numbers("srgb", srgb, 3)
        picture = _arrays.image("rgbim", rgbim, self._h, self._w)
        norm = _kinds(kernel, normalization)
        self._field.add_bilateral(place, colour, picture, _costs(compat, self._nlabel), norm)


def _steps(niter: int | None, n_iterations: int | None) -> int:
    if (niter is None) == (n_iterations is None):
        raise TypeError("expected one number of steps, as niter or as n_iterations")
    return _arrays.whole("niter", n_iterations if niter is None else niter)


def unary_from_labels(
    labels: Any, n_labels: int, gt_prob: float, zero_unsure: bool = True
) -> np.ndarray:
    """Energies ``(n_labels, points)`` of a label map of any shape that is right with probability ``gt_prob``.

    The other labels share the rest. With ``zero_unsure``, labels count from 1, and 0 may be any of them.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels are {_arrays.described(labels)}, expected integers")
    n_labels, first = _arrays.whole("n_labels", n_labels, 2), int(bool(zero_unsure))
    gt_prob = _arrays.number("gt_prob", gt_prob)
    if not 0 < gt_prob < 1:
        raise ValueError(f"gt_prob is {gt_prob}, expected a number between 0 and 1")
    flat = labels.ravel().astype(np.int64)
    last = n_labels - 1 + first
    if flat.size and not 0 <= flat.min() <= flat.max() <= last:
        wrong = flat.min() if flat.min() < 0 else flat.max()
        raise ValueError(f"labels have {wrong}, expected 0 to {last}")
    energies = np.full(
        (n_labels, flat.size), -np.log((1.0 - gt_prob) / (n_labels - 1)), dtype=np.float32
    )
    known = np.flatnonzero(flat >= first)
    energies[flat[known] - first, known] = -np.log(gt_prob)
    if zero_unsure:
        energies[:, flat == 0] = -np.log(1.0 / n_labels)
    return energies


def compute_unary(labels: Any, M: int, GT_PROB: float = 0.5) -> np.ndarray:
    """Deprecated as in pydensecrf: use :func:`unary_from_labels`."""
    warnings.warn("use unary_from_labels instead of compute_unary", DeprecationWarning, 2)
    return unary_from_labels(labels, M, GT_PROB)


def unary_from_softmax(
    sm: Any, scale: float | None = None, clip: float | None = 1e-5
) -> np.ndarray:
    """Energies ``(labels, points)`` of probabilities whose first axis is the labels.

    With ``scale``, probabilities are mixed with uniform ones, of which they keep that share. Below ``clip``
    they are raised to it; without it, a probability of 0 excludes its label.
    """
    sm = np.asarray(sm)
    if sm.dtype.kind != "f" or sm.ndim < 1 or sm.shape[0] == 0:
        raise ValueError(f"sm is {_arrays.described(sm)}, expected floats of shape (labels, ...)")
    if scale is not None:
        if not 0 < _arrays.number("scale", scale) <= 1:
            raise ValueError(f"scale is {scale}, expected a number above 0, at most 1")
        sm = scale * sm + (1 - scale) * (np.ones(sm.shape) / sm.shape[0])
    if clip is not None:
        sm = np.clip(sm, _arrays.number("clip", clip), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        energies: np.ndarray = -np.log(sm)
    flat: np.ndarray = energies.reshape(sm.shape[0], -1).astype(np.float32)
    return flat


def softmax_to_unary(sm: Any, GT_PROB: float = 1) -> np.ndarray:
    """Deprecated as in pydensecrf: use :func:`unary_from_softmax`."""
    warnings.warn("use unary_from_softmax instead of softmax_to_unary", DeprecationWarning, 2)
    return unary_from_softmax(sm, None if GT_PROB == 1 else GT_PROB, clip=None)


def _mesh(sdims: Sequence[float], shape: Sequence[int]) -> np.ndarray:
    """Coordinates of every place, divided by their deviations: ``(dimensions, *shape)``."""
    if len(sdims) != len(shape):
        raise ValueError(f"sdims has {len(sdims)} deviations, expected {len(shape)}")
    for deviation in sdims:
        if not _arrays.number("sdims", deviation) > 0:
            raise ValueError(f"sdims has {deviation}, expected numbers above 0")
    mesh = np.array(np.meshgrid(*map(np.arange, shape), indexing="ij"), dtype=np.float32)
    for plane, deviation in zip(mesh, sdims):
        plane /= deviation
    return mesh


def create_pairwise_gaussian(sdims: Sequence[float], shape: Sequence[int]) -> np.ndarray:
    """Features ``(dimensions, points)`` of the places of an array, for :meth:`DenseCRF.addPairwiseEnergy`.

    ``sdims`` has a standard deviation for each side of ``shape``, in its order.
    """
    shape = [_arrays.whole("shape", side, 1) for side in shape]
    return _mesh(sdims, shape).reshape(len(shape), -1)


def create_pairwise_bilateral(
    sdims: Sequence[float], schan: Any, img: Any, chdim: int = -1
) -> np.ndarray:
    """Features ``(dimensions + channels, points)`` of the places and values of an image of any dimension.

    ``schan`` is the standard deviation of the values, or one for each channel; ``chdim`` is the axis of the
    channels, -1 where the image has none.
    """
    img = np.asarray(img)
    if img.dtype.kind not in "iufb":
        raise ValueError(f"img is {_arrays.described(img)}, expected numbers")
    if not isinstance(chdim, (int, np.integer)) or not -1 <= chdim < img.ndim:
        raise ValueError(f"chdim is {chdim}, expected -1, or 0 to {img.ndim - 1}")
    values = img[np.newaxis] if chdim == -1 else np.moveaxis(img, chdim, 0)
    values = values.astype(np.float32)
    deviations = _arrays.numbers("schan", schan, values.shape[0])
    for plane, deviation in zip(values, deviations):
        if not deviation > 0:
            raise ValueError(f"schan has {deviation}, expected numbers above 0")
        plane /= deviation
    features = np.concatenate([_mesh(sdims, values.shape[1:]), values])
    flat: np.ndarray = features.reshape(features.shape[0], -1)
    return flat
