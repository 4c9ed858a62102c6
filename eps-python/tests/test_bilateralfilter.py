"""The filter against sums over all pairs of pixels, and against rloss's module."""

from pathlib import Path

import numpy as np
import pytest

from eps_wsss.bilateralfilter import bilateralfilter, bilateralfilter_batch

#: Of colours and of places.
DEVIATIONS = (15.0, 40.0), (30.0, 10.0), (60.0, 6.0)


def scene(seed, height, width, planes):
    """A smooth image ``(3, height, width)`` of a few colours, and values ``(planes, height, width)``."""
    random = np.random.default_rng(seed)
    palette = random.uniform(0, 255, (3, 3))
    y, x = np.mgrid[:height, :width]
    regions = (x > width / 2).astype(int) + (y > height / 2)
    image = palette[regions.ravel()].T + random.normal(0, 4, (3, height * width))
    values = random.uniform(0, 1, (planes, height, width))
    return image.reshape(3, height, width).astype(np.float32), values.astype(np.float32)


def gaussian_sums(image, values, sigmargb, sigmaxy):
    planes, height, width = values.shape
    y, x = np.mgrid[:height, :width]
    features = np.concatenate([np.stack([x, y]) / sigmaxy, image / sigmargb]).reshape(5, -1)
    distances = ((features[:, :, None] - features[:, None]) ** 2).sum(0)
    return (values.reshape(planes, -1) @ np.exp(-distances / 2)).reshape(values.shape)


@pytest.mark.parametrize("deviations", DEVIATIONS)
def test_values_are_those_of_rloss(deviations):
    # goldens/make_filter.py wrote them.
    with np.load(Path(__file__).parent / "goldens" / "filter.npz") as archive:
        images, values = archive["images"], archive["values"]
        expected = archive["filtered {} {}".format(*deviations)]
    found = np.zeros_like(values)
    count, planes, height, width = values.shape
    bilateralfilter_batch(images, values, found, count, planes, height, width, *deviations)
    # The same sums in another order, in 32 bits.
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize(("sigmargb", "sigmaxy"), DEVIATIONS)
def test_values_are_gaussian_sums_as_far_as_a_lattice_has_them(sigmargb, sigmaxy):
    image, values = scene(1, 21, 26, 3)
    found = np.zeros_like(values)
    bilateralfilter(image, values, found, 21, 26, sigmargb, sigmaxy)
    expected = gaussian_sums(image, values, sigmargb, sigmaxy)
    # The lattice's constant differs from the Gaussian's; what it weights is what counts.
    ratios = found / expected
    assert 0.5 < ratios.mean() < 2
    assert ratios.std() / ratios.mean() < 0.15
    for plane, sums in zip(found, expected):
        assert np.corrcoef(plane.ravel(), sums.ravel())[0, 1] > 0.93


def test_a_constant_image_and_wide_deviations_sum_everything():
    values = np.random.default_rng(2).uniform(0, 1, (2, 4, 5)).astype(np.float32)
    found = np.zeros_like(values)
    bilateralfilter(np.zeros((3, 4, 5), np.float32), values, found, 4, 5, 100, 1e4)
    for plane, given in zip(found, values):
        # All pixels are nearly at one place, so that all have the same share of the same sum.
        assert plane.std() / plane.mean() < 1e-2
        assert plane.mean() / given.sum() == pytest.approx(found[0].mean() / values[0].sum(), rel=1e-2)


def test_the_filter_is_linear_and_its_own_gradient():
    image, values = scene(3, 12, 15, 2)
    first, second = values

    def filtered(plane):
        out = np.zeros_like(plane)
        bilateralfilter(image.ravel(), plane.ravel(), out, 12, 15, 15, 40)
        return out.astype(np.float64)

    both = filtered(first + 2 * second)
    np.testing.assert_allclose(both, filtered(first) + 2 * filtered(second), rtol=1e-4)
    # Blurring goes along the axes in one order both ways, which is not quite symmetric.
    forth, back = (filtered(first) * second).sum(), (first * filtered(second)).sum()
    assert forth == pytest.approx(back, rel=5e-3)
    # The gradient of x·Kx by differences is 2Kx.
    step = 1e-2
    direction = np.random.default_rng(4).normal(0, 1, first.shape).astype(np.float32)

    def energy(plane):
        return (plane * filtered(plane)).sum()

    difference = (energy(first + step * direction) - energy(first - step * direction)) / (2 * step)
    gradient = 2 * filtered(first)
    assert abs(difference - (gradient * direction).sum()) < 1e-2 * np.abs(gradient * direction).sum()


def test_a_batch_is_its_images_whatever_the_threads():
    count, planes, height, width = 5, 3, 14, 17
    scenes = [scene(seed, height, width, planes) for seed in range(count)]
    images = np.stack([image for image, _ in scenes]).ravel()
    ins = np.stack([values for _, values in scenes]).ravel()
    alone = [np.zeros((planes, height, width), np.float32) for _ in range(count)]
    for (image, values), out in zip(scenes, alone):
        bilateralfilter(image.ravel(), values.ravel(), out, height, width, 15.0, 40.0)
    for threads in (0, 1, 2, 7):
        outs = np.zeros_like(ins)
        bilateralfilter_batch(images, ins, outs, count, planes, height, width, 15.0, 40.0, threads)
        assert np.array_equal(outs, np.ravel(alone))


def test_what_was_in_the_result_is_replaced():
    image, values = scene(5, 6, 7, 1)
    results = [np.full_like(values, start) for start in (0, 1e9)]
    for out in results:
        bilateralfilter(image, values, out, 6, 7, 15, 40)
    assert np.array_equal(*results)
