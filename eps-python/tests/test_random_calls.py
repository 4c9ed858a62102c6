"""Random calls give results or errors, and nothing else."""

import os

import numpy as np
from hypothesis import HealthCheck, given, settings, strategies as st

import eps_wsss
from eps_wsss import densecrf as dcrf
from eps_wsss.bilateralfilter import bilateralfilter_batch

#: Calls of each kind; five kinds make 10,000.
EXAMPLES = int(os.environ.get("EPS_RANDOM_CALLS", "2000"))

often = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
side = st.integers(0, 6)
seed = st.integers(0, 2**16)
wild = st.sampled_from([0.0, 1.0, 0.3, -1.0, 1e-30, 1e30, 3e38, np.inf, -np.inf, np.nan])
dtype = st.sampled_from(["float32", "float32", "float32", "float64", "uint8", "int64"])
deviation = st.one_of(st.floats(0.05, 100), wild, st.tuples(st.floats(0.1, 50), st.floats(0.1, 50)))


def array(seed, shape, dtype, odd=None):
    """Values of a shape and type, of which one may be odd."""
    random = np.random.default_rng(seed)
    values = random.uniform(0, 1 if dtype.startswith("float") else 255, shape)
    if odd is not None and values.size:
        values.flat[random.integers(values.size)] = odd
    with np.errstate(all="ignore"):
        return values.astype(dtype)


def attempted(call):
    """The result of a call, or ``None`` if it was refused in words."""
    try:
        return call()
    except (TypeError, ValueError) as refusal:
        assert str(refusal)
        return None


def is_probable(found):
    assert np.isfinite(found).all() and (found >= 0).all()
    np.testing.assert_allclose(found.sum(0), 1, rtol=1e-4)


@often
@given(data=st.data())
def test_fields_over_pictures(data):
    draw = data.draw
    w, h, labels = draw(side), draw(side), draw(st.integers(0, 40))
    crf = attempted(lambda: dcrf.DenseCRF2D(w, h, labels))
    if crf is None:
        return
    energies = array(draw(seed), (labels, w * h), draw(dtype), draw(st.none() | wild))
    attempted(lambda: crf.setUnaryEnergy(energies))
    for _ in range(draw(st.integers(0, 3))):
        shape = draw(st.sampled_from([(), (labels,), (labels, labels), (2,)]))
        compat = array(draw(seed), shape, draw(dtype), draw(st.none() | wild))
        compat = float(compat) * 10 if shape == () else compat
        kinds = {"kernel": draw(st.integers(-1, 3)), "normalization": draw(st.integers(0, 4))}
        if draw(st.booleans()):
            sxy = draw(deviation)
            attempted(lambda: crf.addPairwiseGaussian(sxy, compat, **kinds))
        else:
            image = array(draw(seed), (h, w, draw(st.sampled_from([3, 3, 3, 4]))), "uint8")
            sxy, srgb = draw(deviation), draw(st.floats(0.05, 200) | wild)
            attempted(lambda: crf.addPairwiseBilateral(sxy, srgb, image, compat, **kinds))
    steps = draw(st.integers(-1, 4))
    found = attempted(lambda: crf.inference(steps))
    if found is not None and np.isfinite(found).all():
        is_probable(found)


@often
@given(data=st.data())
def test_fields_over_points(data):
    draw = data.draw
    points, labels, dimensions = draw(st.integers(1, 30)), draw(st.integers(1, 12)), draw(st.integers(0, 9))
    crf = dcrf.DenseCRF(points, labels)
    features = array(draw(seed), (dimensions, points), draw(dtype), draw(st.none() | wild))
    attempted(lambda: crf.addPairwiseEnergy(features, draw(st.floats(-3, 9))))
    Q = attempted(lambda: crf.inference(draw(st.integers(0, 3))))
    if Q is not None:
        is_probable(Q)
        given = array(draw(seed), Q.shape, draw(dtype), draw(st.none() | wild))
        attempted(lambda: crf.klDivergence(given))
        attempted(lambda: crf.stepInference(given))


@often
@given(data=st.data())
def test_refinement_and_filter(data):
    draw = data.draw
    labels, height, width = draw(st.integers(0, 9)), draw(side), draw(side)
    probabilities = array(draw(seed), (labels, height, width), draw(dtype), draw(st.none() | wild))
    image = array(draw(seed), (height, width, 3), draw(st.sampled_from(["uint8", "uint8", "float32"])))
    preset = draw(st.sampled_from([*eps_wsss.PRESETS, "none"]))
    background = draw(st.none() | wild)
    found = attempted(lambda: eps_wsss.refine(probabilities, image, preset, background=background, steps=2))
    if found is not None:
        is_probable(found)
    images = array(draw(seed), (2, 3, height, width), draw(dtype), draw(st.none() | wild))
    ins = array(draw(seed), (2, labels, height, width), "float32", draw(st.none() | wild))
    outs = np.zeros_like(ins)
    attempted(
        lambda: bilateralfilter_batch(
            images, ins, outs, 2, labels, height, width, draw(st.floats(0.1, 99) | wild), draw(st.floats(0.1, 99) | wild), 1
        )
    )


@often
@given(data=st.data())
def test_confusion(data):
    draw = data.draw
    classes = draw(st.integers(0, 30) | st.integers(0, 300))
    matrix = attempted(lambda: eps_wsss.ConfusionMatrix(classes))
    if matrix is None:
        return
    shape = (draw(side), draw(side))
    for _ in range(draw(st.integers(0, 3))):
        most = draw(st.sampled_from([2, classes, 256, 400]))
        maps = np.random.default_rng(draw(seed)).integers(draw(st.sampled_from([0, 0, 0, -2])), most, (2, *shape))
        attempted(lambda: matrix.add(maps[0], maps[1] if draw(st.booleans()) else maps[1].T))
    attempted(lambda: matrix.merge(draw(st.sampled_from([matrix, eps_wsss.ConfusionMatrix(classes)]))))
    scores = attempted(lambda: matrix.scores(draw(st.sampled_from([*eps_wsss.PROTOCOLS, "none"]))))
    if scores is not None:
        assert scores.miou is None or 0 <= scores.miou <= 1


@often
@given(data=st.data())
def test_sweeps(data):
    draw = data.draw
    classes, shape = draw(st.integers(1, 6)), (draw(side), draw(side))
    truth, maps = [], []
    for _ in range(draw(st.integers(0, 3))):
        truth.append(np.random.default_rng(draw(seed)).integers(0, draw(st.sampled_from([2, classes, 300])), shape))
        labels = draw(st.lists(st.integers(0, classes), unique=True, max_size=3))
        planes = {label: array(draw(seed), shape, draw(dtype), draw(st.none() | wild)) for label in labels}
        maps.append(planes if draw(st.booleans()) else array(draw(seed), (classes - 1, *shape), draw(dtype), None))
    # A few: without any, a thousand of each kind are swept.
    thresholds = draw(st.lists(st.floats(-0.1, 1.1) | wild, min_size=1, max_size=3))
    powers = draw(st.lists(st.floats(-1, 300) | wild, min_size=1, max_size=3))
    given = {"folds": draw(st.integers(-1, 5)), "fixed": draw(st.floats(-0.1, 1.1)), "classes": classes}
    found = attempted(lambda: eps_wsss.sweep(truth, maps, thresholds=thresholds, powers=powers, **given))
    if found is not None:
        assert 0 <= found.rule("constant")["best"]["mean_iou"] <= 1
