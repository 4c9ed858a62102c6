"""Fields over drawn images, by the names that pydensecrf and eps_wsss.densecrf have in common.

``tests/goldens/make.py`` runs them with pydensecrf2, ``tests/test_goldens.py`` with the package.
"""

from __future__ import annotations

import numpy as np


def drawn(seed, height, width, labels):
    """An image of noisy discs on a gradient, and rough probabilities ``(labels, height, width)`` of their labels."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    colours = random.integers(20, 235, (labels, 3))
    image = colours[0] + 30 * (x / max(width, 2))[:, :, None]
    truth = np.zeros((height, width), dtype=int)
    for label in range(1, labels):
        centre = random.uniform(0, 1, 2) * (width, height)
        radius = random.uniform(0.2, 0.4) * min(max(width, 8), max(height, 8))
        disc = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 < radius**2
        image[disc], truth[disc] = colours[label], label
    image = np.clip(image + random.normal(0, 6, image.shape), 0, 255).astype(np.uint8)
    rough = (truth == np.arange(labels)[:, None, None]) * 2.0 + random.normal(0, 1, (labels, height, width))
    rough = np.exp(rough)
    return image, (rough / rough.sum(0)).astype(np.float32)


def inputs(name):
    """Image and probabilities by the name of :func:`input_of`."""
    return drawn(sum(name.encode()), *SIZES[name])


def input_of(name):
    """What a field is inferred from; most share one."""
    return name if name in SIZES else "usual"


SIZES = {
    "many labels": (18, 20, 37),
    "one label": (9, 8, 1),
    "one column": (31, 1, 3),
    "two labels": (30, 40, 2),
    "usual": (24, 30, 4),
    "voc": (24, 32, 21),
}


def field(dcrf, utils, image, probabilities):
    """A field over an image with the energies of the probabilities."""
    labels, height, width = probabilities.shape
    crf = dcrf.DenseCRF2D(width, height, labels)
    crf.setUnaryEnergy(utils.unary_from_softmax(probabilities))
    return crf


def usual(dcrf, utils, image, probabilities, steps=10):
    crf = field(dcrf, utils, image, probabilities)
    crf.addPairwiseGaussian(sxy=3, compat=3)
    crf.addPairwiseBilateral(sxy=80, srgb=13, rgbim=image, compat=10)
    return crf.inference(steps)


def unequal(dcrf, utils, image, probabilities):
    crf = field(dcrf, utils, image, probabilities)
    crf.addPairwiseGaussian(sxy=(3, 2), compat=3, kernel=dcrf.DIAG_KERNEL, normalization=dcrf.NORMALIZE_SYMMETRIC)
    crf.addPairwiseBilateral((20, 30), (13, 12, 20), image, 4)
    return crf.inference(5)


def normalised(kind):
    def run(dcrf, utils, image, probabilities):
        crf = field(dcrf, utils, image, probabilities)
        compat = 0.05 if kind == "NO_NORMALIZATION" else 3
        crf.addPairwiseGaussian(sxy=2, compat=compat, normalization=getattr(dcrf, kind))
        crf.addPairwiseBilateral(sxy=15, srgb=20, rgbim=image, compat=compat, normalization=getattr(dcrf, kind))
        return crf.inference(5)

    return run


def kernels(kind):
    def run(dcrf, utils, image, probabilities):
        crf = field(dcrf, utils, image, probabilities)
        crf.addPairwiseBilateral(sxy=30, srgb=13, rgbim=image, compat=5, kernel=getattr(dcrf, kind))
        return crf.inference(5)

    return run


def diagonal(dcrf, utils, image, probabilities):
    crf = field(dcrf, utils, image, probabilities)
    costs = -np.linspace(1, 4, len(probabilities), dtype=np.float32)
    crf.addPairwiseGaussian(sxy=2, compat=costs)
    crf.addPairwiseBilateral(sxy=30, srgb=13, rgbim=image, compat=costs)
    return crf.inference(5)


def matrix(dcrf, utils, image, probabilities):
    crf = field(dcrf, utils, image, probabilities)
    labels = len(probabilities)
    # Not symmetric: the mean of it and its transpose counts.
    costs = np.random.default_rng(1).normal(0, 1, (labels, labels)).astype(np.float32) - 3 * np.eye(labels, dtype=np.float32)
    crf.addPairwiseBilateral(sxy=30, srgb=13, rgbim=image, compat=costs)
    crf.addPairwiseGaussian(sxy=2, compat=np.ascontiguousarray(costs.T))
    return crf.inference(5)


def repelling(dcrf, utils, image, probabilities):
    crf = field(dcrf, utils, image, probabilities)
    crf.addPairwiseBilateral(sxy=30, srgb=13, rgbim=image, compat=5)
    crf.addPairwiseGaussian(sxy=2, compat=-1.5)
    return crf.inference(3)


def two_bilaterals(dcrf, utils, image, probabilities):
    crf = field(dcrf, utils, image, probabilities)
    crf.addPairwiseBilateral(sxy=30, srgb=13, rgbim=image, compat=3)
    crf.addPairwiseBilateral(sxy=8, srgb=40, rgbim=np.ascontiguousarray(image[:, :, ::-1]), compat=2)
    return crf.inference(5)


def features_of_2d(dcrf, utils, image, probabilities):
    labels, height, width = probabilities.shape
    crf = dcrf.DenseCRF(width * height, labels)
    crf.setUnaryEnergy(utils.unary_from_softmax(probabilities))
    crf.addPairwiseEnergy(utils.create_pairwise_gaussian(sdims=(2, 3), shape=(height, width)), compat=3)
    crf.addPairwiseEnergy(utils.create_pairwise_bilateral(sdims=(30, 20), schan=(13, 14, 15), img=image, chdim=2), compat=5)
    return crf.inference(5)


def not_rgb(dcrf, utils, image, probabilities):
    crf = field(dcrf, utils, image, probabilities)
    grey = image.mean(2).astype(np.float32) / 255
    crf.addPairwiseEnergy(utils.create_pairwise_bilateral(sdims=(10, 10), schan=0.05, img=grey, chdim=-1), compat=10)
    return crf.inference(5)


def volume(dcrf, utils, image, probabilities):
    random = np.random.default_rng(3)
    shape, labels = (5, 12, 11), 3
    truth = np.zeros(shape, int)
    truth[1:4, 3:9, 2:7] = 1
    truth[2:, 6:, 6:] = 2
    values = truth * 50 + random.normal(0, 5, shape)
    crf = dcrf.DenseCRF(truth.size, labels)
    rough = np.where(random.uniform(size=shape) < 0.6, truth, random.integers(0, labels, shape))
    crf.setUnaryEnergy(utils.unary_from_labels(rough, labels, gt_prob=0.6, zero_unsure=False))
    crf.addPairwiseEnergy(utils.create_pairwise_gaussian(sdims=(1, 2, 2), shape=shape), compat=2)
    crf.addPairwiseEnergy(utils.create_pairwise_bilateral((3, 5, 5), 10, values, -1), compat=4)
    return crf.inference(5)


def dimensions(count):
    def run(dcrf, utils, image, probabilities):
        random = np.random.default_rng(count)
        points, labels = 120, 5
        crf = dcrf.DenseCRF(points, labels)
        crf.setUnaryEnergy(random.uniform(0, 3, (labels, points)).astype(np.float32))
        features = random.normal(0, 1, (count, points)).astype(np.float32)
        crf.addPairwiseEnergy(features, compat=3, kernel=dcrf.FULL_KERNEL)
        return crf.inference(5)

    return run


def unsure(dcrf, utils, image, probabilities):
    labels, height, width = probabilities.shape
    known = probabilities.argmax(0) + 1
    known[::3] = 0
    crf = dcrf.DenseCRF2D(width, height, labels)
    crf.setUnaryEnergy(utils.unary_from_labels(known, labels, gt_prob=0.7, zero_unsure=True))
    crf.addPairwiseGaussian(sxy=3, compat=3)
    crf.addPairwiseBilateral(sxy=50, srgb=5, rgbim=image, compat=10)
    return crf.inference(5)


def scaled(dcrf, utils, image, probabilities):
    labels, height, width = probabilities.shape
    crf = dcrf.DenseCRF2D(width, height, labels)
    crf.setUnaryEnergy(utils.unary_from_softmax(probabilities, scale=0.7, clip=None))
    crf.addPairwiseBilateral(sxy=50, srgb=5, rgbim=image, compat=3)
    return crf.inference(5)


def excluded(dcrf, utils, image, probabilities):
    """Probabilities of 0 without a clip: energies without an end."""
    given = probabilities.copy()
    given[1, ::2] = 0
    given[2, :, ::3] = 1e-30
    crf = dcrf.DenseCRF2D(*given.shape[:0:-1], len(given))
    with np.errstate(divide="ignore"):
        crf.setUnaryEnergy(utils.unary_from_softmax(given, clip=None))
    crf.addPairwiseGaussian(sxy=3, compat=3)
    crf.addPairwiseBilateral(sxy=50, srgb=5, rgbim=image, compat=3)
    return crf.inference(5)


def constant_unary(dcrf, utils, image, probabilities):
    labels, height, width = probabilities.shape
    crf = dcrf.DenseCRF2D(width, height, labels)
    crf.setUnary(dcrf.ConstUnary(utils.unary_from_softmax(probabilities)))
    crf.addPairwiseGaussian(3, 3)
    return crf.inference(5)


def without_energies(dcrf, utils, image, probabilities):
    crf = dcrf.DenseCRF2D(*probabilities.shape[:0:-1], len(probabilities))
    crf.addPairwiseGaussian(3, -np.arange(1, 1 + len(probabilities), dtype=np.float32))
    return crf.inference(3)


def stepwise(dcrf, utils, image, probabilities):
    crf = field(dcrf, utils, image, probabilities)
    crf.addPairwiseGaussian(sxy=3, compat=3)
    crf.addPairwiseBilateral(sxy=80, srgb=13, rgbim=image, compat=10)
    Q, tmp1, tmp2 = crf.startInference()
    for _ in range(5):
        crf.stepInference(Q, tmp1, tmp2)
    return Q


def divergences(dcrf, utils, image, probabilities):
    """The divergence before each of five steps."""
    crf = field(dcrf, utils, image, probabilities)
    crf.addPairwiseGaussian(sxy=3, compat=3)
    crf.addPairwiseBilateral(sxy=80, srgb=13, rgbim=image, compat=-np.full(len(probabilities), 2, dtype=np.float32))
    Q, tmp1, tmp2 = crf.startInference()
    found = []
    for _ in range(5):
        found.append(crf.klDivergence(Q))
        crf.stepInference(Q, tmp1, tmp2)
    return found


def filtered(dcrf, utils, image, probabilities):
    """One step of a bilateral kernel that is not normalised: the exponentials of sums that it filters."""
    crf = field(dcrf, utils, image, probabilities)
    crf.addPairwiseBilateral(sxy=20, srgb=15, rgbim=image, compat=0.5, normalization=dcrf.NO_NORMALIZATION)
    Q, tmp1, tmp2 = crf.startInference()
    crf.stepInference(Q, tmp1, tmp2)
    return Q


#: Every field by its name.
FIELDS = {
    "voc": usual,
    "two labels": usual,
    "many labels": usual,
    "one label": usual,
    "one column": usual,
    "no step": lambda *crf: usual(*crf, steps=0),
    "one step": lambda *crf: usual(*crf, steps=1),
    "unequal": unequal,
    **{kind: normalised(kind) for kind in ("NO_NORMALIZATION", "NORMALIZE_BEFORE", "NORMALIZE_AFTER", "NORMALIZE_SYMMETRIC")},
    **{kind: kernels(kind) for kind in ("CONST_KERNEL", "DIAG_KERNEL", "FULL_KERNEL")},
    "diagonal": diagonal,
    "matrix": matrix,
    "repelling": repelling,
    "two bilaterals": two_bilaterals,
    "features of 2d": features_of_2d,
    "not rgb": not_rgb,
    "volume": volume,
    **{f"{count} dimensions": dimensions(count) for count in (1, 2, 3, 4, 7, 12)},
    "unsure": unsure,
    "scaled": scaled,
    "excluded": excluded,
    "constant unary": constant_unary,
    "without energies": without_energies,
    "stepwise": stepwise,
    "filtered": filtered,
}
