"""Fields that pydensecrf2 1.1 inferred; ``goldens/make.py`` wrote them."""

from pathlib import Path

import fields
import numpy as np
import pytest

from eps_wsss import densecrf
from eps_wsss.bilateralfilter import bilateralfilter

GOLDENS = Path(__file__).parent / "goldens" / "fields.npz"


@pytest.fixture(scope="module")
def goldens():
    with np.load(GOLDENS) as archive:
        return dict(archive)


def given(goldens, name):
    return [goldens[f"{fields.input_of(name)}/{part}"] for part in ("image", "probabilities")]


@pytest.mark.parametrize("name", fields.FIELDS)
def test_labels_and_probabilities_are_those_of_pydensecrf(goldens, name):
    expected = goldens[f"{name}/found"]
    # One module has the names of both.
    found = fields.FIELDS[name](densecrf, densecrf, *given(goldens, name))
    assert found.shape == expected.shape and found.dtype == np.float32
    assert np.abs(found - expected).max() <= 1e-5
    # The most probable labels of pydensecrf; nearer than probabilities are known there is none.
    first, second = np.sort(expected, axis=0)[[-1, -2]] if len(expected) > 1 else (expected[0], -1)
    clear = first - second > 1e-5
    assert np.array_equal(found.argmax(0)[clear], expected.argmax(0)[clear])
    assert clear.mean() > 0.99 or name in ("without energies",)


def test_divergences_are_those_of_pydensecrf(goldens):
    found = fields.divergences(densecrf, densecrf, *given(goldens, "divergences"))
    np.testing.assert_allclose(found, goldens["divergences/found"], rtol=1e-5)


def test_the_bilateral_filter_has_the_sums_of_pydensecrf(goldens):
    """Both are lattices of Krähenbühl's implementation with the features of a picture."""
    image, probabilities = given(goldens, "filtered")
    labels, height, width = probabilities.shape
    normed = np.clip(probabilities, 1e-5, 1)
    normed /= normed.sum(0)
    sums = np.zeros_like(normed)
    bilateralfilter(image.transpose(2, 0, 1).astype(np.float32), normed, sums, height, width, 15, 20)
    # From the exponentials of a step back to what was added, up to the same for all labels of a pixel.
    logs = np.log(goldens["filtered/found"].reshape(probabilities.shape)) - np.log(normed)
    found, expected = (values - values.mean(0) for values in (0.5 * sums, logs))
    # Logarithms of small probabilities are known to a few digits.
    clear = goldens["filtered/found"].reshape(probabilities.shape).min(0) > 1e-4
    assert clear.mean() > 0.1
    np.testing.assert_allclose(found[:, clear], expected[:, clear], atol=2e-3)
