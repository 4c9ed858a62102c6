"""Wrong calls raise ``ValueError`` or ``TypeError`` that say what was found and what was expected."""

import numpy as np
import pytest

import eps_wsss
from eps_wsss import densecrf as dcrf
from eps_wsss.bilateralfilter import bilateralfilter, bilateralfilter_batch

F = np.float32


def energies(labels=2, points=12, fill=0.0):
    return np.full((labels, points), fill, dtype=F)


def plane(value=0.5):
    return np.full((2, 3, 4), value, dtype=F)


def image(height=3, width=4):
    return np.zeros((height, width, 3), dtype=np.uint8)


def points():
    return dcrf.DenseCRF(12, 2)


def picture():
    return dcrf.DenseCRF2D(4, 3, 2)


def with_nan():
    values = energies()
    values[1, 5] = np.nan
    return values


def excluded():
    values = energies()
    values[:, 7] = np.inf
    return values


def flat(count=12, dtype=F):
    return np.zeros(count, dtype=dtype)


def matrix(classes=3):
    return eps_wsss.ConfusionMatrix(classes)


def refused_by_voc():
    filled = matrix()
    filled.add(np.zeros((2, 2), int), np.full((2, 2), 255))
    filled.scores("voc")


def counted(label):
    filled = matrix()
    filled.add(np.full((2, 2), label), np.zeros((2, 2), int))
    return filled


def scores(value=0.5):
    return np.full((2, 3), value, dtype=F)


def swept(maps, truth=np.zeros((2, 3), int), **given):
    return eps_wsss.sweep([truth], maps, **{"classes": 3, **given})


def read_only():
    values = flat()
    values.flags.writeable = False
    return values


CALLS = [
    (lambda: dcrf.DenseCRF(0, 2), ValueError, "nvar is 0, expected 1 to 2147483647"),
    (lambda: dcrf.DenseCRF(2.0, 2), TypeError, "nvar is float, expected an integer"),
    (lambda: dcrf.DenseCRF2D(4, -3, 2), ValueError, "h is -3, expected 1 to"),
    (lambda: dcrf.DenseCRF2D(4, 3, True), TypeError, "nlabels is bool, expected an integer"),
    (lambda: dcrf.DenseCRF2D(2**30, 2**30, 2), ValueError, "pixels, expected 1 to"),
    (lambda: points().setUnaryEnergy(None), TypeError, "u is None, expected an array of float32"),
    (lambda: points().setUnaryEnergy(energies().astype(float)), ValueError, "u is float64 of shape (2, 12), expected float32 of shape (2, 12)"),
    (lambda: points().setUnaryEnergy(energies(3)), ValueError, "u is float32 of shape (3, 12), expected float32 of shape (2, 12)"),
    (lambda: points().setUnaryEnergy(energies().reshape(2, 3, 4)), ValueError, "u is float32 of shape (2, 3, 4), expected"),
    (lambda: points().setUnaryEnergy(with_nan()), ValueError, "energy NaN of label 1 at pixel 5, expected a number"),
    (lambda: points().setUnaryEnergy(excluded()), ValueError, "energy inf of label 0 at pixel 7, expected"),
    (lambda: points().setUnary(energies()), TypeError, "u is ndarray, expected a Unary"),
    (lambda: dcrf.LogisticUnary(energies(2, 3), energies(4, 12)), ValueError, "f is float32 of shape (4, 12), expected float32 of shape (3, any)"),
    (lambda: points().addPairwiseEnergy(energies(3, 11), 3), ValueError, "features is float32 of shape (3, 11), expected float32 of shape (any, 12)"),
    (lambda: points().addPairwiseEnergy(with_nan(), 3), ValueError, "feature NaN of dimension 1 at point 5, expected a finite number"),
    (lambda: points().addPairwiseEnergy(energies(0), 3), ValueError, "0 corners"),
    (lambda: points().addPairwiseEnergy(energies(fill=1e9), 3), ValueError, "the pairwise kernel is too fine"),
    (lambda: points().addPairwiseEnergy(energies(), None), TypeError, "compat is NoneType, expected a number"),
    (lambda: points().addPairwiseEnergy(energies(), float("nan")), ValueError, "compat is nan, expected a finite number"),
    (lambda: points().addPairwiseEnergy(energies(), np.ones(2)), ValueError, "compat is float64 of shape (2,), expected float32 of shape (2,)"),
    (lambda: points().addPairwiseEnergy(energies(), np.ones(3, F)), ValueError, "compat is float32 of shape (3,), expected float32 of shape (2,)"),
    (lambda: points().addPairwiseEnergy(energies(), np.ones((2, 3), F)), ValueError, "compat is float32 of shape (2, 3), expected"),
    (lambda: points().addPairwiseEnergy(energies(), np.full((2, 2), np.inf, F)), ValueError, "cost inf, expected a finite number"),
    (lambda: points().addPairwiseEnergy(energies(), np.ones((1, 2, 2), F)), ValueError, "compat has 3 dimensions, expected a number, or an array of 1 or 2"),
    (lambda: points().addPairwiseEnergy(energies(), 3, kernel=3), ValueError, "kernel is 3, expected one of CONST_KERNEL, DIAG_KERNEL, FULL_KERNEL"),
    (lambda: points().addPairwiseEnergy(energies(), 3, normalization="symmetric"), TypeError, "normalization is str, expected a NormalizationType"),
    (lambda: picture().addPairwiseGaussian(0, 3), ValueError, "deviation of the Gaussian kernel's place 0, expected a number above 0"),
    (lambda: picture().addPairwiseGaussian((1, 2, 3), 3), ValueError, "sxy has 3 numbers, expected 1 or 2"),
    (lambda: picture().addPairwiseBilateral(3, (1, -1, 1), image(), 3), ValueError, "deviation of the bilateral kernel's colour -1, expected a number above 0"),
    (lambda: picture().addPairwiseBilateral(3, 3, image(4, 3), 3), ValueError, "rgbim is uint8 of shape (4, 3, 3), expected uint8 of shape (3, 4, 3)"),
    (lambda: picture().addPairwiseBilateral(3, 3, image().astype(F), 3), ValueError, "rgbim is float32 of shape (3, 4, 3), expected uint8"),
    (lambda: points().inference(-1), ValueError, "niter is -1, expected 0 to"),
    (lambda: points().inference(), TypeError, "expected one number of steps"),
    (lambda: points().klDivergence([[0.5]]), TypeError, "Q is list, expected the array of startInference"),
    (lambda: points().stepInference(energies(2, 11)), ValueError, "Q is float32 of shape (2, 11), expected float32 of shape (2, 12)"),
    (lambda: dcrf.unary_from_labels(np.array([0, 3]), 2, 0.5), ValueError, "labels have 3, expected 0 to 2"),
    (lambda: dcrf.unary_from_labels(np.array([0, -1]), 2, 0.5), ValueError, "labels have -1, expected 0 to 2"),
    (lambda: dcrf.unary_from_labels(np.array([0.5]), 2, 0.5), ValueError, "labels are float64 of shape (1,), expected integers"),
    (lambda: dcrf.unary_from_labels(np.array([0]), 2, 1.0), ValueError, "gt_prob is 1.0, expected a number between 0 and 1"),
    (lambda: dcrf.unary_from_softmax(np.zeros((2, 3), int)), ValueError, "sm is int64 of shape (2, 3), expected floats"),
    (lambda: dcrf.unary_from_softmax(plane(), scale=2), ValueError, "scale is 2, expected a number above 0, at most 1"),
    (lambda: dcrf.create_pairwise_gaussian((1, 2), (3, 4, 5)), ValueError, "sdims has 2 deviations, expected 3"),
    (lambda: dcrf.create_pairwise_bilateral((1, 1), 0, image(), 2), ValueError, "schan has 0.0, expected numbers above 0"),
    (lambda: dcrf.create_pairwise_bilateral((1, 1), 1, image(), 3), ValueError, "chdim is 3, expected -1, or 0 to 2"),
    (lambda: eps_wsss.refine(plane(), image(), "deeplab"), ValueError, "preset `deeplab`, expected one of psa, irn-label"),
    (lambda: eps_wsss.refine(plane(), image(4, 4)), ValueError, "image is uint8 of shape (4, 4, 3), expected uint8 of shape (3, 4, 3)"),
    (lambda: eps_wsss.refine(plane(-0.5), image()), ValueError, "image 0: probability -0.5 of label 0 at pixel 0, expected a number from 0"),
    (lambda: eps_wsss.refine(plane()[0], image()), ValueError, "probabilities is float32 of shape (3, 4), expected floats with 3 dimensions"),
    (lambda: eps_wsss.refine(plane(2.0), image(), background=0.2), ValueError, "scores are from 2.0 to 2.0, expected 0 to 1"),
    (lambda: eps_wsss.refine(plane(), image(), background=0.2, power=2), TypeError, "expected background or power, not both"),
    (lambda: eps_wsss.refine(plane(), image(), gaussian=(0, 3)), ValueError, "deviation of the Gaussian kernel's place 0, expected a number above 0"),
    (lambda: eps_wsss.refine_batch([plane()], []), ValueError, "0 images, expected 1"),
    (lambda: eps_wsss.refine(np.zeros((257, 3, 4), F), image()), ValueError, "257 labels, expected 1 to 256"),
    (lambda: bilateralfilter(flat(36), flat(13), flat(13), 3, 4, 10, 10), ValueError, "in has 13 values, expected a multiple of 12"),
    (lambda: bilateralfilter(flat(35), flat(), flat(), 3, 4, 10, 10), ValueError, "image has 35 values, expected 36"),
    (lambda: bilateralfilter(flat(36), flat(), flat(dtype=float), 3, 4, 10, 10), ValueError, "out is float64 of shape (12,), expected float32 with 12 values"),
    (lambda: bilateralfilter(flat(36), flat(), [0.0] * 12, 3, 4, 10, 10), TypeError, "out is list, expected an array to be set in place"),
    (lambda: bilateralfilter(flat(36), flat(), read_only(), 3, 4, 10, 10), ValueError, "out cannot be set in place"),
    (lambda: bilateralfilter(flat(36), flat(), flat(), 3, 4, 0, 10), ValueError, "sigmargb is 0, expected a number above 0"),
    (lambda: bilateralfilter_batch(flat(72), flat(24), flat(24), 2, 0, 3, 4, 10, 10), ValueError, "K is 0, expected 1 to"),
    (lambda: matrix(1), ValueError, "classes is 1, expected 2 to"),
    (lambda: matrix("cat"), TypeError, "classes is a str, expected a number of classes or names"),
    (lambda: matrix().add(np.zeros((2, 2)), np.zeros((2, 2))), ValueError, "truth is float64 of shape (2, 2), expected integers"),
    (lambda: matrix().add(np.zeros((2, 2), int), np.zeros((2, 3), int)), ValueError, "prediction is of shape (2, 3), expected (2, 2) as the truth"),
    (lambda: matrix().add(np.full((2, 2), 256), np.zeros((2, 2), int)), ValueError, "truth has label 256, expected 0 to 255"),
    (lambda: matrix().scores("devkit"), ValueError, "protocol is 'devkit', expected one of voc, eps, seam"),
    (lambda: matrix().merge(matrix(4)), ValueError, "other has 4 classes, expected the same 3"),
    (refused_by_voc, ValueError, "image 0: predicted class 255, expected 0..=2"),
    (lambda: eps_wsss.evaluate("/no/truth", "/no/masks"), ValueError, "/no/masks: no such folder"),
    (lambda: eps_wsss.evaluate("/no/truth", "/no/masks", ["a"]), ValueError, "/no/truth/a.png: mask is missing"),
    (lambda: eps_wsss.evaluate("/no/truth", "/no/masks", ["a", "a"]), ValueError, "ids have a twice, expected each once"),
    (lambda: eps_wsss.evaluate("/no/truth", "/no/masks", []), ValueError, "no image ids, expected one or more"),
    (lambda: eps_wsss.compare("/no/truth", {}), ValueError, "no methods, expected one or more"),
    (lambda: eps_wsss.sweep("/no/truth", "/no/maps", ["a"], powers=[0]), ValueError, "powers has 0, expected numbers above 0"),
    (lambda: eps_wsss.sweep("/no/truth", "/no/maps", ["a"], powers=[1e-50]), ValueError, "powers has 1e-50, expected numbers above 0"),
    (lambda: swept([{0: scores()}]), ValueError, "maps of image 0 has class 0, expected 1 to 2"),
    (lambda: swept([{3: scores()}]), ValueError, "maps of image 0 has class 3, expected 1 to 2"),
    (lambda: swept([scores()]), ValueError, "maps of image 0 is float32 of shape (2, 3), expected floats with 3 dimensions"),
    (lambda: swept([np.zeros((3, 2, 3), F)]), ValueError, "maps of image 0 has 3 maps, expected one for each of 2 object classes"),
    (lambda: swept([{1: np.zeros((2, 3), int)}]), ValueError, "map of class 1 of image 0 is int64 of shape (2, 3), expected floats"),
    (lambda: swept([{1: scores()[:1]}]), ValueError, "map of class 1 of image 0 is of shape (1, 3), expected (2, 3) as its truth"),
    (lambda: swept([{1: scores(np.nan)}]), ValueError, "image 0: a score that is not a number, expected numbers"),
    (lambda: swept([{2: scores(7.5)}]), ValueError, "image 0: a score of 7.5, expected at most 1"),
    (lambda: swept([]), ValueError, "maps has 0 images, expected 1 as the truth"),
    (lambda: swept([{1: scores()}], classes=None), TypeError, "classes is None, expected a number of classes or names"),
    (lambda: swept([{1: scores()}], ids=["a", "b"]), ValueError, "ids has 2 ids, expected 1 as the truth has images"),
    (lambda: swept([{1: scores()}], ids="train"), TypeError, "ids is str, expected ids of the images"),
    (lambda: swept([{1: scores()}], truth=np.full((2, 3), 9)), ValueError, "image 0: class 9, expected 0..=2 or 255 (ignore)"),
    (lambda: swept([{1: scores()}], truth=np.full((2, 3), 255)), ValueError, "no pixel of the truth counts"),
    (lambda: swept([{1: scores()}], truth=np.zeros((1, 2, 3), int)), ValueError, "truth of image 0 is of shape (1, 2, 3), expected (height, width)"),
    (lambda: eps_wsss.sweep([], [], classes=3), ValueError, "no images, expected one or more"),
    (lambda: eps_wsss.sweep("/no/truth", [{}]), TypeError, "maps is list, expected a folder as the other is one"),
    (lambda: eps_wsss.compare_matrices({"a": matrix(), "b": [matrix(4)]}), ValueError, "methods differ in their classes, expected the same 3"),
    (lambda: eps_wsss.compare_matrices({"a": matrix(), "b": counted(1)}), ValueError, "b: image 0 has not the truth that a has"),
    (lambda: eps_wsss.compare_matrices({"a": counted(1), "b": counted(2)}), ValueError, "b: image 0 has not the truth that a has"),
    (lambda: eps_wsss.compare_matrices({"a": "masks"}), TypeError, "method a has str, expected a matrix, or several"),
    (lambda: eps_wsss.compare_matrices([matrix()]), TypeError, "methods is list, expected a dict of names and matrices"),
    (lambda: eps_wsss.check("/no/data"), ValueError, "/no/data: no such folder, expected the folder of a data set"),
    (lambda: eps_wsss.check("/no/data", need="masks"), ValueError, "need is 'masks', expected some of 'masks', 'saliency'"),
]


@pytest.mark.parametrize("at", range(len(CALLS)))
def test_wrong_calls_are_refused(at):
    call, kind, message = CALLS[at]
    with pytest.raises(kind) as refusal:
        call()
    assert message in str(refusal.value)


def test_the_table_is_long_enough():
    assert len(CALLS) >= 40
