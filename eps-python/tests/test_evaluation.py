"""Evaluation by hand, and against the program where ``EPS_PROGRAM`` names it."""

import copy
import json
import os
import pickle
import struct
import subprocess
import threading
import zlib

import numpy as np
import pytest

import eps_wsss

PROGRAM = os.environ.get("EPS_PROGRAM")
needs_program = pytest.mark.skipif(not PROGRAM, reason="EPS_PROGRAM does not name the program eps")
IDS = [f"scene_{number}" for number in range(12)]
OBJECTS = ["cat", "dog", "owl"]


def write_png(path, values):
    """An 8-bit grey PNG of an array."""
    height, width = values.shape

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.tobytes() for row in values.astype(np.uint8))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


def masks(seed, wrong=0.0, ignored=0.03, shape=(20, 30)):
    """Blocky masks of four classes, of whose pixels a share is wrong and another is 255."""
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 4, (shape[0] // 5, shape[1] // 5)).repeat(5, 0).repeat(5, 1)
    noise = np.random.default_rng(1000 + seed).uniform(size=shape)
    values = np.where(noise < wrong, random.integers(0, 4, shape), blocks)
    return np.where(noise > 1 - ignored, 255, values).astype(np.uint8)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data set with masks, two methods, class maps and saliency maps."""
    root = tmp_path_factory.mktemp("data")
    folders = {name: root / name for name in ("SegmentationClass", "good", "bad", "odd", "cams", "saliency", "grey")}
    for folder in folders.values():
        folder.mkdir()
    (root / "classes.txt").write_text("\n".join(OBJECTS) + "\n")
    (root / "list.txt").write_text("\n".join(IDS) + "\n")
    for seed, name in enumerate(IDS):
        truth = masks(seed)
        write_png(folders["SegmentationClass"] / f"{name}.png", truth)
        write_png(folders["good"] / f"{name}.png", masks(seed, 0.2, 0))
        write_png(folders["bad"] / f"{name}.png", masks(seed, 0.4, 0))
        write_png(folders["odd"] / f"{name}.png", masks(seed, 0.2, 0.05))
        random = np.random.default_rng(seed)
        present = [label for label in range(1, 4) if (truth == label).any()]
        cam = [np.clip((truth == label) * 0.5 + random.uniform(0, 0.6, truth.shape), 0, 1) for label in present]
        np.savez(
            folders["cams"] / f"{name}.npz", classes=np.array(present, np.uint8), cam=np.array(cam, np.float32)
        )
        write_png(folders["saliency"] / f"{name}.png", random.integers(0, 200, truth.shape) + 55 * (truth % 255 > 0))
        write_png(folders["grey"] / f"{name}.png", 255 * (truth % 255 > 0))
    return root


def run(data, *arguments):
    """What the program writes as JSON."""
    found = data / "found.json"
    found.unlink(missing_ok=True)
    command = [PROGRAM, *map(str, arguments), "--json", str(found)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert found.is_file(), done.stderr
    return json.loads(found.read_text())


def test_counts_by_hand():
    matrix = eps_wsss.ConfusionMatrix(3)
    matrix.add([[0, 1, 2], [2, 255, 1]], [[0, 1, 1], [2, 2, 0]])
    scores = matrix.scores()
    assert scores.matrix.tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 1]]
    assert scores.iou == {"background": 1 / 2, "1": 1 / 3, "2": 1 / 2}
    assert scores.miou == (1 / 2 + 1 / 3 + 1 / 2) / 3
    assert scores.pixel_accuracy == 0.6
    assert (matrix.images, matrix.classes) == (1, 3)


def test_counts_are_those_of_numpy():
    truth = np.stack([masks(seed) for seed in range(5)])
    predicted = np.stack([masks(seed, 0.3, 0) for seed in range(5)])
    known = truth != 255
    expected = np.bincount(4 * truth[known].astype(int) + predicted[known], minlength=16).reshape(4, 4)
    together, alone = eps_wsss.ConfusionMatrix(OBJECTS), eps_wsss.ConfusionMatrix(OBJECTS)
    together.add(truth, predicted)
    for pair in zip(truth.astype(np.int64), np.asfortranarray(predicted)):
        alone.add(*pair)
    assert np.array_equal(together.scores().matrix, expected)
    assert alone.scores() == together.scores()
    intersection, union = np.diag(expected), expected.sum(0) + expected.sum(1) - np.diag(expected)
    assert together.scores().miou == pytest.approx((intersection / union).mean(), rel=1e-12)


def test_parts_merge_to_the_whole():
    whole = eps_wsss.ConfusionMatrix(4)
    parts = [eps_wsss.ConfusionMatrix(4) for _ in range(3)]
    for seed in range(6):
        pair = masks(seed), masks(seed, 0.3, 0)
        whole.add(*pair)
        parts[seed // 2].add(*pair)
    for part in parts[1:]:
        parts[0].merge(part)
    assert parts[0].scores().to_dict() == whole.scores().to_dict()
    whole.merge(whole)
    assert whole.images == 12


def test_threads_add_to_one_matrix():
    matrix, expected = eps_wsss.ConfusionMatrix(4), eps_wsss.ConfusionMatrix(4)
    pairs = [(masks(seed), masks(seed, 0.3, 0)) for seed in range(40)]

    def work(part):
        for pair in pairs[part::4]:
            matrix.add(*pair)

    threads = [threading.Thread(target=work, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for pair in pairs:
        expected.add(*pair)
    assert matrix.scores().miou == expected.scores().miou


def test_protocols_differ_about_255():
    matrix = eps_wsss.ConfusionMatrix(3)
    matrix.add([[0, 1, 1, 2]], [[0, 1, 255, 255]])
    with pytest.raises(ValueError, match="image 0: predicted class 255, expected 0..=2"):
        matrix.scores("voc")
    found = {name: matrix.scores(name).miou for name in ("eps", "seam", "irn")}
    # SEAM's script adds a little to what it divides by.
    assert found == pytest.approx({"eps": 1.0, "seam": (1 + 1 / 2 + 0) / 3, "irn": (1 / 3 + 1 / 2 + 0) / 3}, abs=1e-9)
    assert matrix.scores("eps").oddities["predicted_255"] == 2


def test_folders_are_scored_as_arrays(data):
    for protocol, predictions in (("voc", "good"), *((name, "odd") for name in eps_wsss.PROTOCOLS if name not in ("voc", "deeplab"))):
        matrix = eps_wsss.ConfusionMatrix(OBJECTS)
        wrong, ignored = (0.2, 0) if predictions == "good" else (0.2, 0.05)
        for seed in range(len(IDS)):
            matrix.add(masks(seed), masks(seed, wrong, ignored))
        found = eps_wsss.evaluate(data / "SegmentationClass", data / predictions, IDS, protocol)
        expected = matrix.scores(protocol)
        assert found.classes == expected.classes and found.miou == expected.miou
        assert found.notes == expected.notes


def test_ids_are_those_of_the_predictions_unless_given(data):
    truth = data / "SegmentationClass"
    found = [eps_wsss.evaluate(truth, data / "good", ids, threads=threads) for ids, threads in ((None, 0), (sorted(IDS), 1), (IDS, 1), (data / "list.txt", 2))]
    assert found[0] == found[1]
    assert found[2].miou == found[0].miou
    assert found[3].classes == found[2].classes and found[3].list["sha256"] == found[2].list["sha256"]


def test_damaged_files_are_named(data, tmp_path):
    (tmp_path / "scene_0.png").write_bytes(b"no PNG")
    with pytest.raises(ValueError, match="scene_0.png: "):
        eps_wsss.evaluate(data / "SegmentationClass", tmp_path)


def test_results_can_be_copied_and_compared(data):
    found = eps_wsss.evaluate(data / "SegmentationClass", data / "good")
    assert copy.deepcopy(found) == found == pickle.loads(pickle.dumps(found))
    assert "miou=" in repr(found) and "miou" in dir(found)
    with pytest.raises(AttributeError, match="Scores has no mIoU, expected one of protocol, list"):
        found.mIoU
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()


def test_saliency_measures_of_simple_maps():
    mask = np.zeros((8, 10), np.uint8)
    mask[2:6, 3:8] = 255
    perfect = eps_wsss.saliency_measures(mask, mask)
    assert (perfect.mae, perfect.max_f) == (0, pytest.approx(1))
    inverted = eps_wsss.saliency_measures(255 - mask, mask)
    assert inverted.mae == 1 and inverted.s_measure < 0.5
    classes = eps_wsss.saliency_measures(mask, np.where(mask > 0, 3, 0).astype(np.uint8), truth="classes")
    assert classes == perfect


def test_findings_name_what_is_wrong(data, tmp_path):
    for name in ("JPEGImages", "ImageSets/Segmentation", "SegmentationClass"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "ImageSets/Segmentation/train.txt").write_text("a\n")
    write_png(tmp_path / "SegmentationClass" / "a.png", masks(0))
    findings = eps_wsss.check(tmp_path, need=["masks"])
    assert not findings.is_sound and len(findings) == findings.faults + findings.notes
    assert any(finding.severity == "fault" and finding.file.endswith("a.jpg") for finding in findings)
    assert findings[0].to_dict()["found"]


@needs_program
@pytest.mark.parametrize("protocol", [name for name in eps_wsss.PROTOCOLS if name != "voc"])
def test_scores_are_the_programs(data, protocol):
    arguments = "--truth", data / "SegmentationClass", "--list", data / "list.txt", "--predictions", data / "odd"
    if protocol == "deeplab":
        arguments = *arguments[:-1], data / "good"
    expected = run(data, "evaluate", *arguments, "--protocol", protocol)
    found = eps_wsss.evaluate(data / "SegmentationClass", arguments[-1], data / "list.txt", protocol)
    assert found.to_dict() == expected


@needs_program
def test_audits_are_the_programs(data):
    expected = run(data, "audit", "--truth", data / "SegmentationClass", "--list", data / "list.txt", "--predictions", data / "odd")
    assert eps_wsss.audit(data / "SegmentationClass", data / "odd", data / "list.txt").to_dict() == expected


@needs_program
def test_sweeps_are_the_programs(data):
    expected = run(data, "sweep", "--truth", data / "SegmentationClass", "--list", data / "list.txt", "--cams", data / "cams")
    found = eps_wsss.sweep(data / "SegmentationClass", data / "cams", data / "list.txt")
    assert found.to_dict() == expected
    assert found.rule("constant")["best"] == expected["rules"][0]["best"]
    expected = run(
        data, "sweep", "--truth", data / "SegmentationClass", "--list", data / "list.txt", "--cams", data / "cams",
        "--thresholds", "0.5,0.3", "--powers", "2", "--folds", "3", "--threshold", "0.4",
    )
    found = eps_wsss.sweep(
        data / "SegmentationClass", data / "cams", data / "list.txt", thresholds=[0.5, 0.3], powers=[2], folds=3, fixed=0.4
    )
    assert found.to_dict() == expected


def arrays():
    """Masks and class maps of the scenes in ``data``, as a program has them in memory."""
    truth = [masks(seed) for seed in range(len(IDS))]
    maps = []
    for seed, mask in enumerate(truth):
        random = np.random.default_rng(seed)
        present = [label for label in range(1, 4) if (mask == label).any()]
        cam = [np.clip((mask == label) * 0.5 + random.uniform(0, 0.6, mask.shape), 0, 1) for label in present]
        maps.append(dict(zip(present, np.array(cam, np.float32))))
    return truth, maps


def test_a_sweep_by_hand():
    curve = eps_wsss.sweep([[[0, 0, 1, 1]]], [{1: np.array([[0.1, 0.4, 0.6, 0.9]])}], classes=2, thresholds=[0.25, 0.5, 0.75])
    points = curve.rule("constant")["points"]
    # At 0.25 one of two background pixels is lost, at 0.75 one of two of the object.
    assert [point["mean_iou"] for point in points] == [(1 / 2 + 2 / 3) / 2, 1.0, (2 / 3 + 1 / 2) / 2]
    assert curve.rule("constant")["best"]["parameters"] == [0.5]
    assert curve.list["images"] == 1


def test_arrays_are_swept_as_folders(data):
    truth, maps = arrays()
    for given in ({}, {"thresholds": [0.5, 0.3], "powers": [2], "folds": 3, "fixed": 0.4, "plateau": 0.05}):
        expected = eps_wsss.sweep(data / "SegmentationClass", data / "cams", IDS, **given)
        for classes, threads in ((4, 1), (OBJECTS, 2)):
            found = eps_wsss.sweep(truth, maps, IDS, classes=classes, threads=threads, **given)
            assert found.to_dict() == expected.to_dict()
    # One map for every class, in any layout and type, with other classes at 0.
    dense = [np.zeros((3, *mask.shape)) for mask in truth]
    for planes, known in zip(dense, maps):
        for label, plane in known.items():
            planes[label - 1] = plane
    dense = [np.asfortranarray(planes) for planes in dense]
    expected = eps_wsss.sweep(data / "SegmentationClass", data / "cams", IDS)
    found = eps_wsss.sweep([mask.astype(np.int64) for mask in truth], dense, IDS, classes=4)
    assert found.to_dict() == expected.to_dict()


def test_matrices_are_compared_and_audited_as_folders(data):
    def matrix(wrong, ignored=0.0):
        counts = eps_wsss.ConfusionMatrix(OBJECTS)
        for seed in range(len(IDS)):
            counts.add(masks(seed), masks(seed, wrong, ignored))
        return counts

    expected = eps_wsss.compare(
        data / "SegmentationClass", {"bad": data / "bad", "good": [data / "good"]}, IDS, resamples=300, seed=5
    ).to_dict()
    found = eps_wsss.compare_matrices({"bad": matrix(0.4), "good": [matrix(0.2)]}, resamples=300, seed=5)
    named = {f"image {at}": id for at, id in enumerate(IDS)}
    for image in found.differences[0]["images"]["images"]:
        image["id"] = named[image["id"]]
    assert found.methods == expected["methods"]
    assert found.differences[0]["miou"] == expected["differences"][0]["miou"]
    # Images of equal difference are in the order of their ids, which are not the same.
    by_id = [sorted(images.pop("images"), key=lambda image: image["id"]) for images in (found.differences[0]["images"], expected["differences"][0]["images"])]
    assert by_id[0] == by_id[1]
    assert found.differences == expected["differences"]
    audited = eps_wsss.audit(data / "SegmentationClass", data / "odd", IDS)
    audit = matrix(0.2, 0.05).audit()
    assert audit.miou == audited.miou and audit.oddities == audited.oddities
    refusal = next(row["refusal"] for row in audit.protocols if row["protocol"] == "voc")
    assert refusal == "image 0: predicted class 255, expected 0..=3"


@needs_program
def test_sweeps_of_arrays_are_the_programs(data):
    truth, maps = arrays()
    expected = run(data, "sweep", "--truth", data / "SegmentationClass", "--list", data / "list.txt", "--cams", data / "cams")
    found = eps_wsss.sweep(truth, maps, IDS, classes=OBJECTS).to_dict()
    assert found.pop("list")["sha256"] == expected.pop("list")["sha256"]
    assert found == expected


@needs_program
def test_comparisons_are_the_programs(data):
    expected = run(
        data, "compare", f"one={data / 'bad'}", f"two={data / 'good'}",
        "--truth", data / "SegmentationClass", "--list", data / "list.txt", "--resamples", "500", "--seed", "3",
    )
    methods = {"one": data / "bad", "two": [data / "good"]}
    found = eps_wsss.compare(data / "SegmentationClass", methods, data / "list.txt", resamples=500, seed=3)
    assert found.to_dict() == expected["comparison"]
    assert found.differences[0]["miou"]["difference"] > 0


@needs_program
def test_saliency_scores_are_the_programs(data):
    expected = run(data, "saliency", "evaluate", "--truth", data / "grey", "--predictions", data / "saliency", "--list", data / "list.txt")
    found = eps_wsss.saliency(data / "grey", data / "saliency", data / "list.txt")
    assert found.to_dict() == expected[0]
