"""Types as a checker sees them."""

import subprocess
import sys

import pytest

pytest.importorskip("mypy")

USER = """
import numpy as np

import eps_wsss
from eps_wsss import densecrf as dcrf
from eps_wsss.bilateralfilter import bilateralfilter

field = dcrf.DenseCRF2D(4, 3, 2)
field.setUnaryEnergy(np.zeros((2, 12), np.float32))
field.addPairwiseGaussian(sxy=3, compat=3, kernel=dcrf.DIAG_KERNEL, normalization=dcrf.NORMALIZE_SYMMETRIC)
labels: np.ndarray = field.inference(5).argmax(axis=0)
matrix = eps_wsss.ConfusionMatrix(21)
matrix.add(np.zeros((2, 2), int), np.zeros((2, 2), int))
iou: dict[str, float | None] = matrix.scores(protocol="eps").iou
curve = eps_wsss.sweep("truth", "maps", "train", folds=3).rule("constant")
best = eps_wsss.sweep([np.zeros((2, 2), int)], [{1: np.zeros((2, 2))}], classes=2).rule("power")["best"]
better = eps_wsss.compare_matrices({"mine": matrix, "theirs": [matrix, matrix]}).differences
remedies: list[str] = [finding.remedy for finding in eps_wsss.check("data")]
"""

WRONG = """
import eps_wsss

eps_wsss.ConfusionMatrix(21).scores(protocol=3)
eps_wsss.evaluate("truth")
eps_wsss.refine([], [], steps="ten")
"""


def checked(path, text):
    path.write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(path.parent / "cache"), str(path)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="a checker of this Python does not know NumPy's types")
def test_a_users_types_are_seen(tmp_path):
    found = checked(tmp_path / "user.py", USER)
    assert found.returncode == 0, found.stdout
    found = checked(tmp_path / "wrong.py", WRONG)
    assert found.stdout.count("error:") == 3, found.stdout


@pytest.mark.skipif(sys.version_info < (3, 10), reason="a checker of this Python does not know NumPy's types")
def test_stubs_are_those_of_the_module(tmp_path):
    command = [sys.executable, "-m", "mypy.stubtest", "eps_wsss"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert found.returncode == 0, found.stdout
