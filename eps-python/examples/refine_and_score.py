"""From class activation maps to scored masks: sweep the background, refine by a dense CRF, score, compare.

A notebook as a script: run it whole, `python refine_and_score.py [FIGURE]`, or cell by cell in an editor that knows
`# %%`. Needs eps-wsss; matplotlib only for the figure. Images are drawn here, so that there is nothing to download.
"""

# %% Scenes: textured discs and boxes on a background, with maps as coarse as those of a network of stride 16
import importlib.util
import sys

import numpy as np

import eps_wsss

HEIGHT, WIDTH, CLASSES = 128, 176, ["disc", "box"]


def scene(seed):
    """An image, its mask, and a class activation map for each object class in it."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    image = np.zeros((HEIGHT, WIDTH, 3)) + random.uniform(60, 120, 3)
    for label in (1, 2):
        centre, radius = random.uniform(0.25, 0.75, 2) * (WIDTH, HEIGHT), random.uniform(18, 36)
        away = abs(x - centre[0]), abs(y - centre[1])
        inside = np.hypot(*away) < radius if label == 1 else np.maximum(*away) < radius
        mask[inside] = label
        image[inside] = random.uniform(130, 230, 3)
    image += random.normal(0, 8, image.shape)
    maps = {}
    for label in (1, 2):
        share = (mask == label).reshape(HEIGHT // 16, 16, WIDTH // 16, 16).mean((1, 3))
        coarse = share + random.normal(0, 0.08, share.shape)
        smooth = enlarged(np.clip(coarse, 0, None))
        maps[label] = (smooth / max(smooth.max(), 1e-5)).astype(np.float32)
    return np.clip(image, 0, 255).astype(np.uint8), mask, maps


def enlarged(coarse):
    """Sixteen times as large, linear between the centres."""
    for axis, side in ((0, HEIGHT), (1, WIDTH)):
        at = np.clip((np.arange(side) + 0.5) / 16 - 0.5, 0, coarse.shape[axis] - 1)
        low = np.minimum(at.astype(int), coarse.shape[axis] - 2)
        share = np.expand_dims(at - low, 1 - axis)
        coarse = np.take(coarse, low, axis) * (1 - share) + np.take(coarse, low + 1, axis) * share
    return coarse


images, truth, maps = zip(*(scene(seed) for seed in range(24)))

# %% Which background? Every threshold in one pass; the held-out choice does not flatter
curve = eps_wsss.sweep(truth, maps, classes=CLASSES).rule("constant")
threshold = curve["best"]["parameters"][0]
for name in ("fixed", "held_out", "best"):
    parameters = sorted(set(curve[name]["parameters"]))
    print(f"{name:9} {100 * curve[name]['mean_iou']:5.1f} mIoU at {', '.join(f'{value:.3f}' for value in parameters)}")

# %% Masks of the maps, and of a dense CRF over the image
stacks = [np.stack([planes[label] for label in (1, 2)]) for planes in maps]


def mask_of(stack):
    """The best class where its score is above the threshold."""
    return np.where(stack.max(0) > threshold, stack.argmax(0) + 1, 0)


coarse = [mask_of(stack) for stack in stacks]
refined = eps_wsss.refine_batch(stacks, images, "psa", background=threshold)
fine = [probabilities.argmax(0) for probabilities in refined]

# %% Scores, and how sure the difference is
matrices = {}
for name, predictions in (("maps", coarse), ("with CRF", fine)):
    matrices[name] = eps_wsss.ConfusionMatrix(CLASSES)
    for mask, prediction in zip(truth, predictions):
        matrices[name].add(mask, prediction)
    scores = matrices[name].scores()
    print(f"{name:9} {100 * scores.miou:5.1f} mIoU", {label: round(100 * iou, 1) for label, iou in scores.iou.items()})
effect = eps_wsss.compare_matrices(matrices, resamples=2000).differences[0]["miou"]
low, high = 100 * effect["lower"], 100 * effect["upper"]
print(f"the CRF gains {100 * effect['difference']:.1f} mIoU [{low:.1f}, {high:.1f}]")

# %% A figure


def draw(path):
    """Scenes with both kinds of masks, and the sweep."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    colours = ListedColormap(["#f2f2f2", "#0072b2", "#e69f00"])
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    pictures, chart = figure.subfigures(1, 2, width_ratios=[2.2, 1])
    heads = "image", "ground truth", "class maps", "with CRF"
    for row, axes in enumerate(pictures.subplots(3, 4)):
        for axis, head, shown in zip(axes, heads, (images[row], truth[row], coarse[row], fine[row])):
            axis.imshow(shown, **({} if shown.ndim == 3 else {"cmap": colours, "vmin": 0, "vmax": 2, "interpolation": "nearest"}))
            axis.set_axis_off()
            if row == 0:
                axis.set_title(head)
    axis = chart.subplots()
    points = curve["points"]
    axis.plot([point["parameter"] for point in points], [100 * point["mean_iou"] for point in points], "k", label="class maps")
    axis.plot(threshold, 100 * curve["best"]["mean_iou"], "ko", label=f"best, {threshold:.3f}")
    axis.plot(threshold, 100 * matrices["with CRF"].scores().miou, "D", color="#d55e00", label="with CRF")
    axis.set(xlabel="background threshold", ylabel="mIoU [%]", xlim=(0, 1), ylim=(0, 105))
    axis.legend(frameon=False, loc="lower center")
    figure.savefig(path, dpi=120)
    print(path)


if importlib.util.find_spec("matplotlib"):
    draw(sys.argv[1] if len(sys.argv) == 2 else "refine_and_score.png")
else:
    print("no figure without matplotlib")
