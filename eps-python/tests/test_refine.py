"""Refinement by presets: the same as the calls that published code makes."""

import numpy as np
import pytest

import eps_wsss
from eps_wsss import densecrf as dcrf

#: Gaussian place and weight, bilateral place, colour and weight.
PUBLISHED = {"psa": (3, 3, 80, 13, 10), "deeplab-v2": (1, 3, 67, 3, 4), "toco": (1, 1, 121, 5, 4)}


def scene(seed=0, labels=5, shape=(19, 28)):
    random = np.random.default_rng(seed)
    image = np.clip(random.normal(120, 10, (*shape, 3)), 0, 255).astype(np.uint8)
    return random.dirichlet(np.ones(labels), shape).transpose(2, 0, 1).astype(np.float32), image


@pytest.mark.parametrize("preset", PUBLISHED)
def test_presets_are_the_published_calls(preset):
    probabilities, image = scene()
    sxy, weight, place, colour, bilateral = PUBLISHED[preset]
    crf = dcrf.DenseCRF2D(image.shape[1], image.shape[0], 5)
    crf.setUnaryEnergy(dcrf.unary_from_softmax(probabilities))
    crf.addPairwiseGaussian(sxy=sxy, compat=weight)
    crf.addPairwiseBilateral(sxy=place, srgb=colour, rgbim=image, compat=bilateral)
    expected = crf.inference(10).reshape(probabilities.shape)
    found = eps_wsss.refine(probabilities, image, preset)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_preset_of_labels_sees_labels_only():
    probabilities, image = scene()
    crf = dcrf.DenseCRF2D(image.shape[1], image.shape[0], 5)
    crf.setUnaryEnergy(dcrf.unary_from_labels(probabilities.argmax(0), 5, 0.7, zero_unsure=False))
    crf.addPairwiseGaussian(sxy=3, compat=3)
    crf.addPairwiseBilateral(sxy=50, srgb=5, rgbim=image, compat=10)
    expected = crf.inference(10).reshape(probabilities.shape)
    np.testing.assert_allclose(eps_wsss.refine(probabilities, image, "irn-label"), expected, atol=1e-5)


def test_the_raw_preset_sees_the_picture_less_its_mean():
    probabilities, image = scene()
    mean = np.array([104.008, 116.669, 122.675], np.float32)
    raw = (image[:, :, ::-1].astype(np.float32) - mean).astype(np.int32).astype(np.uint8)
    expected = eps_wsss.refine(probabilities, raw, "deeplab-v2")
    assert np.array_equal(eps_wsss.refine(probabilities, image, "deeplab-v2-raw"), expected)


def test_kernels_and_steps_can_be_given():
    probabilities, image = scene()
    expected = eps_wsss.refine(probabilities, image, "toco", steps=3)
    found = eps_wsss.refine(probabilities, image, "psa", gaussian=(1, 1), bilateral=(121, 5, 4), steps=3)
    assert np.array_equal(found, expected)


def test_scores_get_a_background_in_front():
    scores, image = scene()
    for arguments, background in (
        ({"background": 0.3}, np.full(image.shape[:2], 0.3, np.float32)),
        ({"power": 2}, ((1 - scores.max(0)).astype(np.float64) ** 2).astype(np.float32)),
    ):
        expected = eps_wsss.refine(np.concatenate([background[None], scores]), image)
        assert np.array_equal(eps_wsss.refine(scores, image, **arguments), expected)


def test_other_floats_are_converted():
    probabilities, image = scene()
    half = probabilities.astype(np.float16)
    expected = eps_wsss.refine(half.astype(np.float32), image)
    assert np.array_equal(eps_wsss.refine(half, image), expected)
    assert np.array_equal(eps_wsss.refine(half.astype(np.float64), image), expected)


def test_a_batch_is_its_images_whatever_the_threads():
    scenes = [scene(seed, labels, shape) for seed, labels, shape in [(1, 2, (5, 9)), (2, 21, (30, 20)), (3, 4, (1, 40)), (4, 3, (20, 30))]]
    alone = [eps_wsss.refine(*scene) for scene in scenes]
    for threads in (0, 1, 2, 5):
        found = eps_wsss.refine_batch([probabilities for probabilities, _ in scenes], [image for _, image in scenes], threads=threads)
        assert all(np.array_equal(a, b) for a, b in zip(alone, found))
    assert eps_wsss.refine_batch([], []) == []


def test_the_first_wrong_image_of_a_batch_is_named():
    probabilities, image = scene()
    wrong = probabilities.copy()
    wrong[2, 0, 3] = np.nan
    with pytest.raises(ValueError, match="image 1: probability NaN of label 2 at pixel 3"):
        eps_wsss.refine_batch([probabilities, wrong], [image, image], threads=1)
