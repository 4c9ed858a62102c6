#!/usr/bin/env python3
# /// script
# requires-python = ">=3.10"
# dependencies = ["onnxruntime==1.32.0", "onnx==1.23.2", "pillow==11.3.0", "numpy"]
# ///
"""Write fixtures/saliency: generated pictures, tiny networks filled by a hash, networks that are wrong, and
the maps that onnxruntime and Pillow make, in rembg's order.

    make-saliency-fixtures.py U2NETP.onnx      scripts/fetch-u2net.sh fetches it
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from PIL import Image

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "saliency"
SIDE = 32
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def hashed(*shape, scale):
    """Numbers from -scale to scale, the same everywhere (splitmix64 of the index)."""
    z = (np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    unit = ((z ^ (z >> np.uint64(31))) >> np.uint64(40)).astype(np.float64) / 2**24
    return ((2 * unit - 1) * scale).reshape(shape).astype(np.float32)


def picture(width, height, objects):
    """A gradient with discs and some noise."""
    y, x = np.mgrid[:height, :width]
    planes = np.stack([60 + 100 * x / width, 80 + 60 * y / height, 120 - 50 * x / width], axis=-1)
    for at_x, at_y, radius, colour in objects:
        inside = (x - at_x * width) ** 2 + (y - at_y * height) ** 2 < (radius * height) ** 2
        planes[inside] = colour
    planes += 6 * hashed(height, width, 3, scale=1)
    return Image.fromarray(np.clip(planes, 0, 255).astype(np.uint8))


def write(name, nodes, inputs, outputs, weights=()):
    value = lambda pair: helper.make_tensor_value_info(pair[0], TensorProto.FLOAT, pair[1])
    tensors = [onnx.numpy_helper.from_array(array, name) for name, array in weights]
    graph = helper.make_graph(nodes, name, [value(own) for own in inputs], [value(own) for own in outputs], tensors)
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("unheard", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=7, producer_name="make-saliency-fixtures")
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def networks():
    """What U²-Net is made of, in little; its outputs are a map and the map's logits."""
    node, image = helper.make_node, ("picture", [1, 3, SIDE, SIDE])
    enlarge = lambda source, target: node(
        "Resize", [source, "", "double"], [target], mode="linear", coordinate_transformation_mode="pytorch_half_pixel")
    nodes = [
        node("Conv", ["picture", "w0", "b0"], ["c0"], kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2]),
        node("Relu", ["c0"], ["r0"]),
        node("MaxPool", ["r0"], ["p"], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        node("Conv", ["p", "w1", "b1"], ["c1"], kernel_shape=[3, 3], pads=[2] * 4, dilations=[2, 2]),
        node("Relu", ["c1"], ["r1"]),
        enlarge("r1", "e1"),
        node("Concat", ["e1", "r0"], ["both"], axis=1),
        node("Conv", ["both", "w2", "b2"], ["c2"], kernel_shape=[3, 3], pads=[1] * 4),
        enlarge("c2", "logits"),
        node("Sigmoid", ["logits"], ["map"]),
    ]
    weights = [
        ("w0", hashed(8, 3, 3, 3, scale=0.4)), ("b0", hashed(8, scale=0.1)),
        ("w1", hashed(8, 8, 3, 3, scale=0.3)), ("b1", hashed(8, scale=0.1)),
        ("w2", hashed(1, 16, 3, 3, scale=0.3)), ("b2", hashed(1, scale=0.1)),
        ("double", np.array([1, 1, 2, 2], np.float32)),
    ]
    plane = [1, 1, SIDE, SIDE]
    write("tiny", nodes, [image], [("map", plane), ("logits", plane)], weights)
    # Each of these is wrong in one way.
    write("rank", [node("Identity", ["row"], ["map"])], [("row", [1, 3072])], [("map", [1, 3072])])
    write("size", [node("Identity", ["picture"], ["map"])], [("picture", [1, 3, 64, 64])], [("map", [1, 3, 64, 64])])
    write("output", [node("Flatten", ["picture"], ["map"])], [image], [("map", [1, 3072])])
    write("two", [node("Add", ["picture", "other"], ["map"])], [image, ("other", image[1])], [("map", image[1])])
    write("operator", [node("Unheard", ["picture"], ["map"], domain="unheard")], [image], [("map", image[1])])
    write("infinite", [node("Log", ["zero"], ["map"]), node("Mul", ["picture", "none"], ["zero"])][::-1],
          [image], [("map", image[1])], [("none", np.zeros(1, np.float32))])


def run(session, image, side, output=0):
    """rembg's normalisation, and the network."""
    values = np.array(image.convert("RGB").resize((side, side), Image.Resampling.LANCZOS))
    values = values / max(np.max(values), 1e-6)
    planes = np.stack([(values[:, :, c] - MEAN[c]) / DEVIATION[c] for c in range(3)])
    found = session.run(None, {session.get_inputs()[0].name: planes[None].astype(np.float32)})
    return found[output][0, 0]


def stretched(values):
    return (values - values.min()) / (values.max() - values.min())


def grey(values, size):
    return Image.fromarray((values * 255).astype("uint8")).resize(size, Image.Resampling.LANCZOS)


def deep(values, size):
    resized = np.array(Image.fromarray(values.astype(np.float32)).resize(size, Image.Resampling.LANCZOS))
    return Image.fromarray(np.rint(np.clip(resized, 0, 1) * 65535).astype(np.uint16))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    networks()
    session = lambda path: onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    tiny, u2netp = session(FOLDER / "tiny.onnx"), session(sys.argv[1])
    pictures = {
        "disc": picture(120, 90, [(0.5, 0.5, 0.3, (220, 60, 40))]),
        "pair": picture(75, 110, [(0.3, 0.3, 0.15, (240, 230, 90)), (0.65, 0.7, 0.2, (30, 60, 190))]),
        "wide": picture(333, 47, [(0.2, 0.5, 0.4, (250, 250, 250)), (0.8, 0.4, 0.2, (10, 20, 10))]),
    }
    for name, image in pictures.items():
        image.save(FOLDER / f"{name}.png", optimize=True)
        values = stretched(run(tiny, image, SIDE))
        grey(values, image.size).save(FOLDER / f"{name}-tiny.png")
        deep(values, image.size).save(FOLDER / f"{name}-tiny-deep.png")
        logits = run(tiny, image, SIDE, output=1)
        grey(1 / (1 + np.exp(-logits)), image.size).save(FOLDER / f"{name}-tiny-sigmoid.png")
        grey(stretched(run(u2netp, image, 320)), image.size).save(FOLDER / f"{name}-u2netp.png")


if __name__ == "__main__":
    main()
