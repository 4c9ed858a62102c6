"""Results of an evaluation: small classes that read the program's JSON and give it back."""

from __future__ import annotations

from typing import Any, Iterator

import numpy as np


class Result:
    """Values by name; ``to_dict`` gives all of them, as the program writes them to JSON."""

    _title = "result"

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def to_dict(self) -> dict[str, Any]:
        return self._values

    def __getattr__(self, name: str) -> Any:
        # Python asks for it before __init__ has run, in copies.
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            known = ", ".join(self._values)
            raise AttributeError(f"{type(self).__name__} has no {name}, expected one of {known}") from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._values == self._values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._shown()})"

    def _shown(self) -> str:
        shown = (
            f"{name}={value!r}"
            for name, value in self._values.items()
            if not isinstance(value, (list, dict))
        )
        return ", ".join(shown)


class Scores(Result):
    """Scores of masks: fractions in 0..1 with all digits, ``None`` where a value does not exist.

    ``miou``, ``pixel_accuracy``, ``mean_precision``, ``mean_recall``, ``mean_f1``, ``frequency_weighted_iou``,
    ``classes`` (a dict a class, with ``name``, ``iou``, ``precision``, ``recall``, ``f1``), ``protocol``, ``list``,
    ``notes`` (what the protocol did that others do differently).
    """

    @property
    def iou(self) -> dict[str, float | None]:
        """IoU of each class by its name."""
        return {row["name"]: row["iou"] for row in self._values["classes"]}


class MatrixScores(Scores):
    """:class:`Scores` of masks in memory, with the counts that they are made from."""

    def __init__(self, values: dict[str, Any], matrix: list[list[int]], oddities: dict[str, int]) -> None:
        super().__init__(values)
        #: Pixels by true class (row) and predicted class (column), of those that have a class in both.
        self.matrix: np.ndarray = np.array(matrix, dtype=np.uint64)
        #: Pixels that evaluators treat differently.
        self.oddities: dict[str, int] = oddities


class Audit(Result):
    """The same masks under every protocol: ``protocols`` has a dict for each, ``oddities`` says what differs."""

    @property
    def miou(self) -> dict[str, float | None]:
        """Mean IoU by protocol; ``None`` where it refuses the masks."""
        return {row["protocol"]: row["miou"] for row in self._values["protocols"]}


class Sweep(Result):
    """Class maps at every background: ``rules`` has a dict for each rule, a constant and a power.

    Each has ``points`` (``parameter``, ``mean_iou``, ..), ``fixed``, ``held_out`` and ``best``, which flatters, and
    ``plateau``.
    """

    def rule(self, name: str) -> dict[str, Any]:
        """The summary of ``constant`` or ``power``."""
        for row in self._values["rules"]:
            if row["rule"] == name:
                return dict(row)
        names = ", ".join(row["rule"] for row in self._values["rules"])
        raise ValueError(f"rule is {name!r}, expected one of {names}")


class Comparison(Result):
    """Methods with intervals (``methods``) and their differences from the first (``differences``)."""


class SaliencyScores(Result):
    """Means over images: ``mae``, ``max_f``, ``mean_f``, ``adaptive_f``, ``weighted_f``, ``s_measure``, ``max_e``, .."""


class SaliencyMeasures(Result):
    """Measures of one map: ``mae``, ``max_f``, ``adaptive_f``, ``weighted_f``, ``s_measure``, ``max_e``, ``adaptive_e``."""


class Finding(Result):
    """One thing that is wrong, or worth knowing: ``severity``, ``kind``, ``file``, ``found``, ``expected``, ``remedy``."""

    @property
    def remedy(self) -> str:
        """How to put it right; empty where nothing is wrong."""
        return str(self._values.get("remedy", ""))

    @property
    def line(self) -> int | None:
        """The line of a list that it is about."""
        return self._values.get("line")


class Findings(Result):
    """What is wrong with a data set: a sequence of :class:`Finding`, with the numbers of what was looked at."""

    def __len__(self) -> int:
        return len(self._values["findings"])

    def __getitem__(self, index: int) -> Finding:
        return Finding(self._values["findings"][index])

    def __iter__(self) -> Iterator[Finding]:
        return map(Finding, self._values["findings"])

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return bool(self._values["faults"] == 0)
