"""Fields against sums over all pairs of points, and what calls promise."""

import threading
import warnings

import numpy as np
import pytest

from eps_wsss import densecrf as dcrf


def brute_force(energies, terms, steps):
    """Mean field with the exact kernels; ``terms`` are pairs of features and gains ``[labels, labels]``."""

    def softmax(values):
        values = np.exp(values - values.max(0))
        return values / values.sum(0)

    Q = softmax(-energies)
    kernels = []
    for features, gains in terms:
        distances = ((features[:, :, None] - features[:, None]) ** 2).sum(0)
        kernel = np.exp(-distances / 2)
        norm = 1 / np.sqrt(kernel.sum(0))
        kernels.append((norm[:, None] * kernel * norm, gains))
    for _ in range(steps):
        Q = softmax(-energies + sum(gains @ (Q @ kernel) for kernel, gains in kernels))
    return Q


@pytest.mark.parametrize("dimensions", [1, 2, 3, 5])
def test_fields_are_near_those_of_exact_kernels(dimensions):
    random = np.random.default_rng(dimensions)
    energies = random.uniform(0, 2, (3, 90)).astype(np.float32)
    features = random.normal(0, 0.6, (dimensions, 90)).astype(np.float32)
    costs = random.uniform(-1, 1, (3, 3)).astype(np.float32) - 2 * np.eye(3, dtype=np.float32)
    crf = dcrf.DenseCRF(90, 3)
    crf.setUnaryEnergy(energies)
    crf.addPairwiseEnergy(features, costs)
    expected = brute_force(energies, [(features, -(costs + costs.T) / 2)], 4)
    found = crf.inference(4)
    assert np.abs(found - expected).mean() < 0.03
    assert (found.argmax(0) == expected.argmax(0)).mean() > 0.9


def image_field(labels=4, shape=(20, 25), seed=0):
    random = np.random.default_rng(seed)
    image = random.integers(0, 256, (*shape, 3), dtype=np.uint8)
    probabilities = random.dirichlet(np.ones(labels), shape).transpose(2, 0, 1).astype(np.float32)
    crf = dcrf.DenseCRF2D(shape[1], shape[0], labels)
    crf.setUnaryEnergy(dcrf.unary_from_softmax(probabilities))
    return crf, image, probabilities


def test_steps_lead_where_inference_does():
    crf, image, _ = image_field()
    crf.addPairwiseGaussian(3, 3)
    crf.addPairwiseBilateral(30, 60, image, 5)
    Q, tmp1, tmp2 = crf.startInference()
    assert np.allclose(Q, crf.inference(0), atol=1e-6)
    divergences = []
    for _ in range(4):
        divergences.append(crf.klDivergence(Q))
        crf.stepInference(Q, tmp1, tmp2)
    assert np.allclose(Q, crf.inference(4), atol=1e-5)
    assert np.isfinite(divergences).all()


def test_steps_change_any_array_in_place():
    crf, image, _ = image_field()
    crf.addPairwiseGaussian(3, 3)
    Q = crf.startInference()[0]
    turned = np.asfortranarray(Q)
    crf.stepInference(Q)
    crf.stepInference(turned)
    assert np.array_equal(Q, turned)


def test_map_is_the_most_probable_label():
    crf, image, _ = image_field()
    crf.addPairwiseBilateral(30, 60, image, 5)
    assert np.array_equal(crf.map(5), np.argmax(crf.inference(5), axis=0))
    assert np.array_equal(crf.map(n_iterations=5), crf.map(niter=5))


def test_arguments_are_copied():
    crf, image, probabilities = image_field()
    energies = dcrf.unary_from_softmax(probabilities)
    crf.setUnaryEnergy(energies)
    crf.addPairwiseBilateral(30, 60, image, 5)
    energies[:], image[:] = 0, 0
    other, image, _ = image_field()
    other.addPairwiseBilateral(30, 60, image, 5)
    assert np.array_equal(crf.inference(3), other.inference(3))


def test_layouts_do_not_matter():
    crf, image, probabilities = image_field()
    energies = dcrf.unary_from_softmax(probabilities)
    crf.addPairwiseBilateral(30, 60, image, 5)
    other = dcrf.DenseCRF2D(25, 20, 4)
    other.setUnaryEnergy(np.asfortranarray(energies))
    other.addPairwiseBilateral(30, 60, np.flip(np.ascontiguousarray(np.flip(image, 1)), 1), 5)
    assert np.array_equal(crf.inference(3), other.inference(3))


def test_more_labels_than_a_mask_can_spell():
    random = np.random.default_rng(0)
    crf = dcrf.DenseCRF(30, 300)
    crf.setUnaryEnergy(random.uniform(0, 1, (300, 30)).astype(np.float32))
    crf.addPairwiseEnergy(random.normal(0, 1, (2, 30)).astype(np.float32), 3)
    found = crf.inference(3)
    assert found.shape == (300, 30)
    np.testing.assert_allclose(found.sum(0), 1, rtol=1e-5)


def test_a_term_that_is_added_later_counts():
    crf, image, _ = image_field()
    before = crf.inference(3)
    crf.addPairwiseGaussian(3, 3)
    assert not np.allclose(before, crf.inference(3))


def test_threads_share_a_field_and_have_fields_of_their_own():
    crf, image, _ = image_field()
    crf.addPairwiseGaussian(3, 3)
    crf.addPairwiseBilateral(30, 60, image, 5)
    expected = crf.inference(5)
    found = []

    def work():
        found.append(crf.inference(5))
        other, image, _ = image_field()
        other.addPairwiseGaussian(3, 3)
        other.addPairwiseBilateral(30, 60, image, 5)
        found.append(other.inference(5))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert all(np.array_equal(expected, values) for values in found)


def test_the_lock_of_the_interpreter_is_released():
    crf, image, _ = image_field(21, (150, 200))
    crf.addPairwiseBilateral(30, 13, image, 5)
    thread = threading.Thread(target=crf.inference, args=(30,))
    thread.start()
    turns = 0
    while thread.is_alive():
        turns += 1
    thread.join()
    # Were the lock held, this thread would have waited for the first turn until the field was done.
    assert turns > 1000


def test_deprecated_names_warn_and_work():
    labels = np.array([[1, 2], [0, 2]])
    with pytest.warns(DeprecationWarning, match="unary_from_labels"):
        found = dcrf.compute_unary(labels, 2, 0.6)
    assert np.array_equal(found, dcrf.unary_from_labels(labels, 2, 0.6))
    with pytest.warns(DeprecationWarning, match="unary_from_softmax"):
        found = dcrf.softmax_to_unary(np.full((2, 3), 0.5), GT_PROB=0.5)
    assert np.array_equal(found, dcrf.unary_from_softmax(np.full((2, 3), 0.5), 0.5, None))


def test_no_warning_is_given_otherwise():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        crf, image, _ = image_field()
        crf.addPairwiseBilateral(30, 60, image, 5)
        crf.inference(1)
        dcrf.unary_from_softmax(np.zeros((2, 3), np.float32), clip=None)


def test_constants_have_the_numbers_of_pydensecrf():
    numbers = [dcrf.NO_NORMALIZATION, dcrf.NORMALIZE_BEFORE, dcrf.NORMALIZE_AFTER, dcrf.NORMALIZE_SYMMETRIC]
    assert numbers == [0, 1, 2, 3]
    assert [dcrf.CONST_KERNEL, dcrf.DIAG_KERNEL, dcrf.FULL_KERNEL] == [0, 1, 2]
