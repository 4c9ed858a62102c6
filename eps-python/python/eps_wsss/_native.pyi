"""The native part: called by this package's modules only, which check the arguments."""

from typing import Any, Optional, Sequence, Union, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Field",
    "PROTOCOLS",
    "Pairs",
    "__version__",
    "audit",
    "bilateral_batch",
    "check",
    "compare",
    "compare_matrices",
    "evaluate",
    "presets",
    "refine_batch",
    "saliency_folder",
    "saliency_image",
    "sweep",
    "sweep_images",
]
__version__: str
PROTOCOLS: list[str]

_Floats = NDArray[np.float32]
_Bytes = NDArray[np.uint8]
_Truth = tuple[str, Union[str, Sequence[str]], Optional[list[str]]]

@final
class Field:
    def __new__(cls, points: int, labels: int, width: Optional[int] = None) -> Field: ...
    def set_energies(self, energies: _Floats) -> None: ...
    def add_gaussian(self, place: Sequence[float], costs: Any, norm: int) -> None: ...
    def add_bilateral(
        self,
        place: Sequence[float],
        colour: Sequence[float],
        picture: _Bytes,
        costs: Any,
        norm: int,
    ) -> None: ...
    def add_features(self, features: _Floats, costs: Any, norm: int) -> None: ...
    def infer(self, steps: int) -> _Floats: ...
    def start(self) -> _Floats: ...
    def step(self, probabilities: _Floats) -> _Floats: ...
    def divergence(self, probabilities: _Floats) -> float: ...

@final
class Pairs:
    def __new__(cls, objects: Sequence[str]) -> Pairs: ...
    def add(self, truth: _Bytes, predicted: _Bytes) -> None: ...
    def merge(self, other: Pairs) -> None: ...
    def images(self) -> int: ...
    def scores(self, protocol: str) -> tuple[str, str, str]: ...
    def audit(self, threads: int) -> str: ...

def presets() -> list[
    tuple[str, tuple[tuple[float, float], tuple[float, float, float], Optional[float]]]
]: ...
def refine_batch(
    probabilities: Sequence[_Floats],
    pictures: Sequence[_Bytes],
    refined: Sequence[_Floats],
    preset: str,
    gaussian: Optional[Sequence[float]],
    bilateral: Optional[Sequence[float]],
    steps: int,
    threads: int,
) -> None: ...
def bilateral_batch(
    images: _Floats,
    values: _Floats,
    filtered: _Floats,
    size: Sequence[int],
    colour: float,
    place: float,
    threads: int,
) -> None: ...
def evaluate(truth: _Truth, predictions: str, protocol: str, threads: int) -> str: ...
def audit(truth: _Truth, predictions: str, threads: int) -> str: ...
def compare(
    truth: _Truth,
    methods: Sequence[tuple[str, Sequence[str]]],
    resamples: int,
    seed: int,
    level: float,
    threads: int,
) -> str: ...
def sweep(truth: _Truth, maps: str, plan: dict[str, Any], threads: int) -> str: ...
def sweep_images(
    ids: Sequence[str],
    images: Sequence[tuple[_Bytes, Sequence[tuple[int, _Floats]]]],
    list: str,
    classes: int,
    plan: dict[str, Any],
    threads: int,
) -> str: ...
def compare_matrices(
    methods: Sequence[tuple[str, Sequence[Pairs]]],
    resamples: int,
    seed: int,
    level: float,
    threads: int,
) -> str: ...
def saliency_folder(
    truth: str,
    maps: str,
    source: str,
    ids: Union[str, Sequence[str]],
    of: str,
    stretch: bool,
    resize: bool,
    threads: int,
) -> str: ...
def saliency_image(
    map: _Bytes, truth: _Bytes, of: str, stretch: bool
) -> tuple[float, float, float, float, Optional[float], Optional[float], Optional[float]]: ...
def check(
    data: str,
    list: str,
    held_out: Optional[str],
    masks: bool,
    saliency: bool,
    resize_saliency: bool,
    worst: int,
    threads: int,
) -> str: ...
