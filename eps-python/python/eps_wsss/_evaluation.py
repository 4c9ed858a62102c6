"""Evaluation of masks, class maps and saliency maps; the numbers are the program's, bit for bit."""

from __future__ import annotations

import json
import os
from typing import Any, Iterable, Mapping, Sequence, Union

import numpy as np

from . import _arrays, _native
from ._results import (
    Audit,
    Comparison,
    Findings,
    MatrixScores,
    SaliencyMeasures,
    SaliencyScores,
    Scores,
    Sweep,
)

Folder = Union[str, "os.PathLike[str]"]
_FOLDER = (str, os.PathLike)
#: Image ids; or a file with one a line, or the name of a split beside the masks.
Ids = Union[str, "os.PathLike[str]", Sequence[str], None]

#: Names of the published evaluators whose rules pixels can be counted by.
PROTOCOLS: tuple[str, ...] = tuple(_native.PROTOCOLS)


class ConfusionMatrix:
    """Pixels of many images by true and predicted label.

    Labels are integers from 0 to 255: 0 is background, 255 in the truth is not counted. What is made of other
    labels that are no class is up to the protocol of :meth:`scores`.

    ``classes`` is the number of classes with background, 2 to 255, or the names of the object classes.
    """

    def __init__(self, classes: int | Iterable[str]) -> None:
        self._objects = _names(classes)
        self._pairs = _native.Pairs(self._objects)

    @property
    def classes(self) -> int:
        """Number of classes with background."""
        return len(self._objects) + 1

    @property
    def images(self) -> int:
        """Number of images that were added."""
        return self._pairs.images()

    def add(self, truth: Any, prediction: Any) -> None:
        """Adds an image, two integer arrays ``(height, width)``, or a stack of them with another axis in front.

        Raises ``ValueError`` for arrays of different shapes, of other types, and with labels outside 0 to 255.
        """
        truth, prediction = _arrays.labels("truth", truth), _arrays.labels("prediction", prediction)
        if truth.shape != prediction.shape:
            raise ValueError(f"prediction is of shape {prediction.shape}, expected {truth.shape} as the truth")
        if truth.size == 0:
            raise ValueError(f"truth is of shape {truth.shape}, expected no side of 0")
        shape = (-1, *truth.shape[-2:])
        self._pairs.add(truth.reshape(shape), prediction.reshape(shape))

    def merge(self, other: ConfusionMatrix) -> None:
        """Adds the images of another matrix of the same classes."""
        if not isinstance(other, ConfusionMatrix):
            raise TypeError(f"other is {type(other).__name__}, expected a ConfusionMatrix")
        if other._objects != self._objects:
            raise ValueError(f"other has {other.classes} classes, expected the same {self.classes}")
        self._pairs.merge(other._pairs)

    def scores(self, protocol: str = "voc") -> MatrixScores:
        """Scores under a protocol, one of ``PROTOCOLS``.

        Raises ``ValueError`` where the published program would stop, such as ``voc`` at a predicted 255.
        """
        scores, matrix, oddities = map(json.loads, self._pairs.scores(_protocol(protocol)))
        return MatrixScores(scores, matrix, oddities)

    def audit(self) -> Audit:
        """Scores under every protocol, with why they differ; one that refuses the masks says why."""
        return Audit(json.loads(self._pairs.audit(1)))


def evaluate(
    truth_dir: Folder,
    prediction_dir: Folder,
    ids: Ids = None,
    protocol: str = "voc",
    *,
    classes: int | Iterable[str] | None = None,
    threads: int = 0,
) -> Scores:
    """Scores of the masks ``<id>.png`` of a folder against those of the truth.

    ``ids`` are image ids, or a list as ``eps evaluate --list`` takes one; without it, all PNG files of
    ``prediction_dir``. ``classes`` are names of object classes, or the number of classes with background; without
    them those of the data set, which are VOC's unless it says others. The result does not depend on ``threads``; 0
    takes all processors.

    Raises ``ValueError`` for a missing or damaged file, and for one that the protocol refuses.
    """
    truth = _truth(truth_dir, ids, prediction_dir, ".png", classes)
    found = _native.evaluate(truth, os.fspath(prediction_dir), _protocol(protocol), _threads(threads))
    return Scores(json.loads(found))


def audit(
    truth_dir: Folder,
    prediction_dir: Folder,
    ids: Ids = None,
    *,
    classes: int | Iterable[str] | None = None,
    threads: int = 0,
) -> Audit:
    """Scores of a folder of masks under every protocol, with why they differ. Arguments as :func:`evaluate`."""
    truth = _truth(truth_dir, ids, prediction_dir, ".png", classes)
    return Audit(json.loads(_native.audit(truth, os.fspath(prediction_dir), _threads(threads))))


def sweep(
    truth: Folder | Sequence[Any],
    maps: Folder | Sequence[Any],
    ids: Ids = None,
    *,
    thresholds: Sequence[float] = (),
    powers: Sequence[float] = (),
    fixed: float = 0.2,
    folds: int = 5,
    plateau: float = 0.01,
    classes: int | Iterable[str] | None = None,
    threads: int = 0,
) -> Sweep:
    """Class activation maps at every background, in one pass, as ``eps sweep``; of folders or of arrays.

    Folders have ``<id>.png`` and ``<id>.npz``; ``ids`` and ``classes`` are those of :func:`evaluate`. Of arrays,
    ``truth`` has integers of shape ``(height, width)`` for each image, 0 for background and 255 where nothing counts.
    ``maps`` has for each image a dict of maps by their class, from 1 on, or one array with a map for every object
    class. Maps are floats up to 1 of the shape of their mask. ``classes``, the number of classes with background or
    the names of the object classes, must be given then. ``ids`` decide which part an image falls into.

    ``thresholds`` and ``powers`` are the backgrounds ``t`` and ``(1 - max) ** power``; by default 0, 0.001, .. 0.999 and
    0.25, 0.5, .. 250. ``fixed`` is reported beside the tuned ones, ``folds`` parts choose the held-out one.

    Raises ``ValueError`` for missing or damaged files, and for values, shapes and classes that do not fit.
    """
    plan = {
        "thresholds": [_fraction("thresholds", threshold) for threshold in thresholds],
        "powers": [_positive("powers", power) for power in powers],
        "fixed": _fraction("fixed", fixed),
        "folds": _arrays.whole("folds", folds, 1),
        "plateau": _fraction("plateau", plateau),
    }
    if isinstance(truth, _FOLDER) and isinstance(maps, _FOLDER):
        of_truth = _truth(truth, ids, maps, ".npz", classes)
        return Sweep(json.loads(_native.sweep(of_truth, os.fspath(maps), plan, _threads(threads))))
    for name, value, other in ("truth", truth, maps), ("maps", maps, truth):
        if isinstance(other, _FOLDER):
            raise TypeError(f"{name} is {type(value).__name__}, expected a folder as the other is one")
    return Sweep(json.loads(_swept_arrays(truth, maps, ids, classes, plan, _threads(threads))))


def compare(
    truth_dir: Folder,
    methods: Mapping[str, Folder | Sequence[Folder]],
    ids: Ids = None,
    *,
    resamples: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    classes: int | Iterable[str] | None = None,
    threads: int = 0,
) -> Comparison:
    """Methods on the same images by a paired bootstrap; the first of ``methods`` is the baseline of the others.

    ``methods`` has a folder of masks for each name, or several folders, runs of it that differ in their seed.
    """
    named = [(name, list(map(os.fspath, runs))) for name, runs in _methods(methods, _FOLDER, "folder", "folders")]
    truth = _truth(truth_dir, ids, named[0][1][0], ".png", classes)
    found = _native.compare(truth, named, *_bootstrap(resamples, seed, level), _threads(threads))
    return Comparison(json.loads(found))


def compare_matrices(
    methods: Mapping[str, ConfusionMatrix | Sequence[ConfusionMatrix]],
    *,
    resamples: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    threads: int = 0,
) -> Comparison:
    """As :func:`compare`, of masks in memory: every matrix has the same images in the same order.

    ``methods`` has a matrix for each name, or several, runs of it that differ in their seed.
    """
    named = _methods(methods, ConfusionMatrix, "matrix", "matrices")
    first = named[0][1][0]
    if any(run._objects != first._objects for _, runs in named for run in runs):
        raise ValueError(f"methods differ in their classes, expected the same {first.classes}")
    pairs = [(name, [run._pairs for run in runs]) for name, runs in named]
    found = _native.compare_matrices(pairs, *_bootstrap(resamples, seed, level), _threads(threads))
    return Comparison(json.loads(found))


def saliency(
    truth_dir: Folder,
    maps_dir: Folder,
    ids: Ids = None,
    *,
    truth: str = "grey",
    stretch: bool = True,
    resize: bool = False,
    threads: int = 0,
) -> SaliencyScores:
    """MAE, F, weighted F, S- and E-measure of a folder of saliency maps, as PySODMetrics has them.

    ``truth`` says what the masks hold: ``grey``, objects above 128, or ``classes``, any class but background.
    ``stretch`` stretches each map to the whole range, ``resize`` fits maps to their masks.
    """
    found = _native.saliency_folder(
        os.fspath(truth_dir),
        os.fspath(maps_dir),
        os.path.basename(os.path.normpath(maps_dir)),
        _ids(ids, truth_dir, (".png", ".jpg", ".jpeg")),
        _text("truth", truth),
        bool(stretch),
        bool(resize),
        _threads(threads),
    )
    return SaliencyScores(json.loads(found))


def saliency_measures(
    map: Any, truth_mask: Any, *, truth: str = "grey", stretch: bool = True
) -> SaliencyMeasures:
    """Measures of one saliency map, uint8 of shape ``(height, width)``, against a mask of the same shape."""
    map = _arrays.array("map", map, "uint8", (_arrays.ANY, _arrays.ANY))
    mask = _arrays.array("truth_mask", truth_mask, "uint8", map.shape)
    if map.size == 0:
        raise ValueError(f"map is of shape {map.shape}, expected no side of 0")
    names = "mae", "max_f", "adaptive_f", "weighted_f", "s_measure", "max_e", "adaptive_e"
    values = _native.saliency_image(map, mask, _text("truth", truth), bool(stretch))
    return SaliencyMeasures(dict(zip(names, values)))


def check(
    data: Folder,
    list: str = "train",
    *,
    held_out: str | None = None,
    need: Sequence[str] = (),
    resize_saliency: bool = False,
    worst: int = 10,
    threads: int = 0,
) -> Findings:
    """Every problem of a data set, found before a run meets it: the file, what is wrong, how to fix it.

    ``data`` is in VOC's or COCO's layout, ``list`` and ``held_out`` are names of splits or files. ``need`` names maps that
    every image must have, ``masks`` and ``saliency``; others are checked where their folder exists.
    """
    if isinstance(need, str) or any(name not in ("masks", "saliency") for name in need):
        raise ValueError(f"need is {need!r}, expected some of 'masks', 'saliency'")
    found = _native.check(
        os.fspath(data),
        _text("list", list),
        held_out,
        "masks" in need,
        "saliency" in need,
        bool(resize_saliency),
        _arrays.whole("worst", worst),
        _threads(threads),
    )
    return Findings(json.loads(found))


def _methods(methods: Any, kind: Any, singular: str, plural: str) -> list[tuple[str, list[Any]]]:
    if not isinstance(methods, Mapping):
        raise TypeError(f"methods is {type(methods).__name__}, expected a dict of names and {plural}")
    if not methods:
        raise ValueError("no methods, expected one or more")
    named = [(str(name), [runs] if isinstance(runs, kind) else list(runs)) for name, runs in methods.items()]
    for name, runs in named:
        if not runs:
            raise ValueError(f"method {name} has no {singular}, expected one or more")
        for run in runs:
            if not isinstance(run, kind):
                raise TypeError(f"method {name} has {type(run).__name__}, expected a {singular}, or several")
    return named


def _bootstrap(resamples: int, seed: int, level: float) -> tuple[int, int, float]:
    if not 0 < _arrays.number("level", level) < 1:
        raise ValueError(f"level is {level}, expected a number between 0 and 1")
    return _arrays.whole("resamples", resamples, 1), _arrays.whole("seed", seed), level


def _swept_arrays(
    truth: Any, maps: Any, ids: Ids, classes: int | Iterable[str] | None, plan: dict[str, Any], threads: int
) -> str:
    if classes is None:
        raise TypeError("classes is None, expected a number of classes or names of object classes with arrays")
    count = len(_names(classes)) + 1
    truth, maps = list(truth), list(maps)
    if len(maps) != len(truth):
        raise ValueError(f"maps has {len(maps)} images, expected {len(truth)} as the truth")
    if not truth:
        raise ValueError("no images, expected one or more")
    if isinstance(ids, _FOLDER):
        raise TypeError(f"ids is {type(ids).__name__}, expected ids of the images")
    named = [f"image {at}" for at in range(len(truth))] if ids is None else _ids(ids, "", ())
    if len(named) != len(truth):
        raise ValueError(f"ids has {len(named)} ids, expected {len(truth)} as the truth has images")
    images = [_image(*parts, count) for parts in zip(named, truth, maps)]
    return _native.sweep_images(named, images, "arrays" if ids is None else "ids", count, plan, threads)


def _image(id: str, truth: Any, maps: Any, classes: int) -> tuple[Any, list[tuple[int, Any]]]:
    """A mask, and its maps by ascending class."""
    truth = _arrays.labels(f"truth of {id}", truth)
    if truth.ndim != 2 or truth.size == 0:
        raise ValueError(f"truth of {id} is of shape {truth.shape}, expected (height, width)")
    if not isinstance(maps, Mapping):
        maps = _arrays.floats(f"maps of {id}", maps, 3)
        if len(maps) != classes - 1:
            raise ValueError(f"maps of {id} has {len(maps)} maps, expected one for each of {classes - 1} object classes")
        maps = dict(enumerate(maps, 1))
    wrong = next((label for label in maps if not isinstance(label, (int, np.integer)) or not 0 < label < classes), None)
    if wrong is not None:
        raise ValueError(f"maps of {id} has class {wrong}, expected 1 to {classes - 1}")
    planes = [(int(label), _arrays.floats(f"map of class {label} of {id}", maps[label], 2)) for label in sorted(maps)]
    for label, plane in planes:
        if plane.shape != truth.shape:
            raise ValueError(f"map of class {label} of {id} is of shape {plane.shape}, expected {truth.shape} as its truth")
    return truth, planes


def _truth(
    truth_dir: Folder, ids: Ids, other: Folder, ending: str, classes: int | Iterable[str] | None
) -> tuple[str, str | Sequence[str], list[str] | None]:
    objects = None if classes is None else _names(classes)
    return os.fspath(truth_dir), _ids(ids, other, (ending,)), objects


def _ids(ids: Ids, folder: Folder, endings: tuple[str, ...]) -> str | list[str]:
    if isinstance(ids, (str, os.PathLike)):
        return os.fspath(ids)
    if ids is None:
        if not os.path.isdir(folder):
            raise ValueError(f"{os.fspath(folder)}: no such folder, expected one with files {' or '.join(endings)}")
        names = sorted(os.listdir(folder))
        ids = [os.path.splitext(name)[0] for name in names if name.lower().endswith(endings)]
    found = [_text("ids", id) for id in ids]
    if len(set(found)) != len(found):
        again = next(id for at, id in enumerate(found) if id in found[:at])
        raise ValueError(f"ids have {again} twice, expected each once")
    return found


def _names(classes: int | Iterable[str]) -> list[str]:
    """Names of the object classes; their numbers where only how many classes there are is known."""
    if isinstance(classes, str):
        raise TypeError("classes is a str, expected a number of classes or names of object classes")
    if not isinstance(classes, Iterable):
        count = _arrays.whole("classes", classes, 2)
        if count > 255:
            raise ValueError(f"classes is {count}, expected 2 to 255")
        return [str(label) for label in range(1, count)]
    names = [_text("classes", name) for name in classes]
    if not 1 <= len(names) <= 254:
        raise ValueError(f"classes has {len(names)} names, expected 1 to 254 object classes")
    return names


def _protocol(protocol: str) -> str:
    if _text("protocol", protocol) not in PROTOCOLS:
        raise ValueError(f"protocol is {protocol!r}, expected one of {', '.join(PROTOCOLS)}")
    return protocol


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is {type(value).__name__}, expected str")
    return value


def _threads(threads: int) -> int:
    return _arrays.whole("threads", threads)


def _fraction(name: str, value: Any) -> float:
    if not 0 <= _arrays.number(name, value) <= 1:
        raise ValueError(f"{name} has {value}, expected 0 to 1")
    return float(value)


def _positive(name: str, value: Any) -> float:
    # Compared as the library has it: a number that 32 bits round to 0 is no power.
    with np.errstate(over="ignore", under="ignore"):
        rounded = np.float32(_arrays.number(name, value))
    if not 0 < rounded < np.inf:
        raise ValueError(f"{name} has {value}, expected numbers above 0 that 32 bits can hold")
    return float(value)
