#!/usr/bin/env python3
"""The PyTorch side of benchmarks and of exported weights: ResNet38d with the EPS head.

Written from the published table of levels; tensors have the names that `eps weights convert` writes.

    pytorch_peer.py network --size 224 --batch 1 --repeat 3 [--forward-only] [--paced]
        [--width 1.0] [--device cuda:0]
    pytorch_peer.py inference --repeat 1            one 500x375 image, 8 views one after the other
    pytorch_peer.py loader ROOT LIST --batches 50   PIL and torchvision in a DataLoader, VOC's recipe
    pytorch_peer.py compare WEIGHTS.safetensors IMAGES CAMS
        largest difference between the maps of `eps infer`, made with scales [1.0] and no flip, and
        those of this network with the exported weights; IMAGES without loss, since decoders differ

The first three print what `eps-bench` prints: a line of JSON for each measurement. `--paced` waits for
a line on stdin before each pass, also before the first of each kind, and prints a line after it.
"""
import argparse
import json
import os
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


def norm(channels):
    return nn.BatchNorm2d(channels)


class Plain(nn.Module):
    """u = relu(bn(x)); two 3x3 convolutions; shortcut from u where the shape changes, else x."""

    def __init__(self, inputs, middle, outputs, stride=1, first=1, dilation=1):
        super().__init__()
        self.same = inputs == outputs and stride == 1
        self.bn_branch2a = norm(inputs)
        self.conv_branch2a = nn.Conv2d(inputs, middle, 3, stride, first, first, bias=False)
        self.bn_branch2b1 = norm(middle)
        self.conv_branch2b1 = nn.Conv2d(middle, outputs, 3, 1, dilation, dilation, bias=False)
        if not self.same:
            self.conv_branch1 = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        u = F.relu(self.bn_branch2a(x))
        h = self.conv_branch2a(u)
        h = self.conv_branch2b1(F.relu(self.bn_branch2b1(h)))
        return (x if self.same else self.conv_branch1(u)) + h


class Bottleneck(nn.Module):
    def __init__(self, inputs, outputs, dilation):
        super().__init__()
        self.bn_branch2a = norm(inputs)
        self.conv_branch2a = nn.Conv2d(inputs, outputs // 4, 1, bias=False)
        self.bn_branch2b1 = norm(outputs // 4)
        self.conv_branch2b1 = nn.Conv2d(
            outputs // 4, outputs // 2, 3, 1, dilation, dilation, bias=False
        )
        self.bn_branch2b2 = norm(outputs // 2)
        self.conv_branch2b2 = nn.Conv2d(outputs // 2, outputs, 1, bias=False)
        self.conv_branch1 = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x):
        u = F.relu(self.bn_branch2a(x))
        h = self.conv_branch2a(u)
        h = self.conv_branch2b1(F.relu(self.bn_branch2b1(h)))
        h = self.conv_branch2b2(F.relu(self.bn_branch2b2(h)))
        return self.conv_branch1(u) + h


class Resnet38d(nn.Module):
    def __init__(self, classes, width=1.0):
        super().__init__()
        c = lambda channels: max(4, round(channels * width))
        self.conv1a = nn.Conv2d(3, c(64), 3, 1, 1, bias=False)
        levels = [
            # name, blocks, middle, outputs, stride, first dilation, dilation
            ("b2", 3, 128, 128, 2, 1, 1),
            ("b3", 3, 256, 256, 2, 1, 1),
            ("b4", 6, 512, 512, 2, 1, 1),
            ("b5", 3, 512, 1024, 1, 1, 2),
        ]
        inputs = c(64)
        self.order = []
        for name, blocks, middle, outputs, stride, first, dilation in levels:
            for index in range(blocks):
                block = f"{name}_{index}" if index else name
                shape = (stride, first) if index == 0 else (1, dilation)
                self.add_module(block, Plain(inputs, c(middle), c(outputs), *shape, dilation))
                self.order.append(block)
                inputs = c(outputs)
        self.b6 = Bottleneck(inputs, c(2048), 4)
        self.b7 = Bottleneck(c(2048), c(4096), 4)
        self.bn7 = norm(c(4096))
        self.fc8 = nn.Conv2d(c(4096), classes, 1, bias=False)
        self.eval()

    def forward(self, x):
        x = self.conv1a(x)
        for block in self.order:
            x = getattr(self, block)(x)
        return self.fc8(F.relu(self.bn7(self.b7(self.b6(x)))))

    def freeze(self):
        """What the published training freezes: conv1a, b2 and the parameters of every norm."""
        for name, parameter in self.named_parameters():
            first = name.startswith(("conv1a.", "b2.", "b2_"))
            parameter.requires_grad_(not first and "bn" not in name)
        return self


def eps_loss(maps, saliency, labels, tau=0.4, weight=0.5):
    """Classification and saliency losses of EPS, summed."""
    logits = maps.mean((2, 3))[:, :-1]
    p = maps.softmax(1)
    s = F.interpolate(saliency, size=maps.shape[2:])
    r, t = p[:, :-1].detach().round(), s.round()
    overlap = (r * t).sum((2, 3)) / (r + 1e-4).sum((2, 3))
    fg = labels * (overlap > tau)
    bg = labels - fg
    foreground = (p[:, :-1] * fg[:, :, None, None]).sum(1, keepdim=True)
    background = (p[:, :-1] * bg[:, :, None, None]).sum(1, keepdim=True) + p[:, -1:]
    estimate = weight * foreground + (1 - weight) * (1 - background)
    return F.multilabel_soft_margin_loss(logits, labels) + F.mse_loss(estimate, s)


def emit(name, size, images, threads, seconds):
    record = {
        "side": "pytorch",
        "pass": name,
        "size": size,
        "images": images,
        "threads": threads,
        "seconds": seconds,
        "peak_bytes": peak_bytes(),
    }
    print(json.dumps(record), flush=True)


def times(repeat, run, warm_up=None):
    (warm_up or run)()
    return [timed(run) for _ in range(repeat)]


def timed(run):
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def peak_bytes():
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def network(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    device = torch.device(options.device)
    torch.backends.cudnn.benchmark = True
    model = Resnet38d(21, options.width).freeze().to(device)
    images = (torch.rand(options.batch, 3, options.size, options.size) * 2 - 1).to(device)
    saliency = torch.zeros(options.batch, 1, options.size, options.size)
    saliency[:, :, : options.size // 2] = 1
    labels = torch.zeros(options.batch, 20)
    labels[:, 0] = 1
    saliency, labels = saliency.to(device), labels.to(device)

    def synchronise():
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    def forward():
        with torch.inference_mode():
            model(images).softmax(1)
        synchronise()

    def forward_backward():
        model.zero_grad(set_to_none=True)
        eps_loss(model(images), saliency, labels).backward()
        synchronise()

    shape = (options.size, options.batch, options.threads)
    passes = {"forward": forward}
    if not options.forward_only:
        passes["forward and backward"] = forward_backward
    for name, run in passes.items():
        if not options.paced:
            emit(name, *shape, times(options.repeat, run))
            continue
        for count in range(options.repeat + 1):
            assert sys.stdin.readline(), "expected a line for each pass"
            seconds = timed(run)
            emit(name, *shape, [seconds] if count else [])


def inference(options):
    """Scales 0.5 to 2 with flips, one view after the other, as the public code does."""
    import numpy as np
    from PIL import Image
    from torchvision.transforms import functional as transforms

    torch.set_num_threads(options.threads)
    model = Resnet38d(21)
    values = (np.arange(500 * 375 * 3) * 7919 % 251).astype(np.uint8).reshape(375, 500, 3)
    image, labels = Image.fromarray(values), [2, 14]

    def run(scales=(0.5, 1.0, 1.5, 2.0)):
        total = 0
        for scale in scales:
            size = (round(375 * scale), round(500 * scale))
            scaled = image.resize((size[1], size[0]), Image.BICUBIC)
            view = transforms.normalize(
                transforms.to_tensor(scaled), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
            )[None]
            for flipped in (False, True):
                with torch.inference_mode():
                    maps = model(view.flip(3) if flipped else view).softmax(1)
                    maps = F.interpolate(maps, (375, 500), mode="bilinear", align_corners=False)
                maps = maps[0, :20][labels].numpy()
                total = total + (maps[:, :, ::-1] if flipped else maps)
        return total / (total.max((1, 2), keepdims=True) + 1e-5)

    emit("inference", 500, 1, options.threads, times(options.repeat, run, lambda: run([0.5])))


def loader(options):
    """The published augmentation with PIL and torchvision in a DataLoader of worker processes."""
    import random
    from pathlib import Path

    from PIL import Image
    from torch.utils.data import DataLoader, Dataset
    from torchvision import transforms
    from torchvision.transforms import functional

    root = Path(options.root)
    ids = (root / "ImageSets" / "Segmentation" / f"{options.list}.txt").read_text().split()
    jitter = transforms.ColorJitter(0.3, 0.3, 0.3, 0.1)

    class Photographs(Dataset):
        def __len__(self):
            return len(ids)

        def __getitem__(self, index):
            image = Image.open(root / "JPEGImages" / f"{ids[index]}.jpg").convert("RGB")
            saliency = Image.open(root / "SALImages" / f"{ids[index]}.png").convert("L")
            target = random.randint(256, 512)
            w, h = image.size
            size = (round(w * target / h), target) if w < h else (target, round(h * target / w))
            image, saliency = (own.resize(size, Image.BICUBIC) for own in (image, saliency))
            if random.random() > 0.5:
                image, saliency = functional.hflip(image), functional.hflip(saliency)
            image = functional.to_tensor(jitter(image))
            image = functional.normalize(image, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
            saliency = functional.to_tensor(saliency)
            return self.crop(image, 448), self.crop(saliency, 448)

        def crop(self, image, side):
            out = torch.zeros(image.shape[0], side, side)
            h, w = min(side, image.shape[1]), min(side, image.shape[2])
            y, x = (random.randint(0, image.shape[1 + axis] - n) for axis, n in enumerate((h, w)))
            out[:, :h, :w] = image[:, y : y + h, x : x + w]
            return out

    torch.set_num_threads(1)
    options_ = dict(batch_size=8, shuffle=True, drop_last=True, num_workers=options.threads)
    batches = endless(DataLoader(Photographs(), persistent_workers=True, **options_))
    next(batches)
    seconds = []
    for _ in range(options.repeat):
        begun = time.perf_counter()
        for _ in range(options.batches):
            next(batches)
        seconds.append(time.perf_counter() - begun)
    emit("loader", 448, 8 * options.batches, options.threads, seconds)


def endless(batches):
    while True:
        yield from batches


def compare(options):
    from pathlib import Path

    import numpy as np
    from PIL import Image
    from safetensors.torch import load_file
    from torchvision.transforms import functional

    weights = load_file(options.weights)
    outputs, features = weights["fc8.weight"].shape[:2]
    model = Resnet38d(outputs, features / 4096)
    missing, unexpected = model.load_state_dict(weights, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    assert not missing and not unexpected, (missing, unexpected)
    for path in sorted(Path(options.cams).glob("*.npz")):
        archive = np.load(path)
        image = Image.open(next(Path(options.images).glob(path.stem + ".*"))).convert("RGB")
        view = functional.normalize(
            functional.to_tensor(image), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
        )[None]
        with torch.inference_mode():
            maps = model(view).softmax(1)
            size = (image.height, image.width)
            maps = F.interpolate(maps, size, mode="bilinear", align_corners=False)[0].numpy()
        maps = maps[archive["classes"] - 1]
        maps = maps / (maps.max((1, 2), keepdims=True) + 1e-5)
        print(path.stem, maps.shape, np.abs(maps - archive["cam"]).max())


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)

    def measurement(name, run):
        command = commands.add_parser(name)
        command.add_argument("--repeat", type=int, default=1)
        command.add_argument("--threads", type=int, default=os.cpu_count())
        command.set_defaults(run=run)
        return command

    command = measurement("network", network)
    command.add_argument("--size", type=int, default=224)
    command.add_argument("--batch", type=int, default=1)
    command.add_argument("--width", type=float, default=1.0)
    command.add_argument("--device", default="cpu")
    command.add_argument("--forward-only", action="store_true")
    command.add_argument("--paced", action="store_true")
    measurement("inference", inference)
    command = measurement("loader", loader)
    command.add_argument("root")
    command.add_argument("list")
    command.add_argument("--batches", type=int, default=50)
    command = commands.add_parser("compare")
    command.add_argument("weights")
    command.add_argument("images")
    command.add_argument("cams")
    command.set_defaults(run=compare)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
