#!/usr/bin/env python3
"""Write fixtures/pytorch/*.pth with PyTorch 2.9.

`zip` and `legacy` hold one state dict in both of PyTorch's formats; the others hold it as training programs save it:
`checkpoint` beside the state of an optimiser, in both formats, `data-parallel` under `net` and behind `module.`, beside
an average of itself and a scheduler, and `nested` as `model` within `state`."""
from collections import OrderedDict
from pathlib import Path

import torch

folder = Path(__file__).resolve().parent.parent / "fixtures" / "pytorch"
folder.mkdir(parents=True, exist_ok=True)
state = OrderedDict(
    [
        ("conv1a.weight", torch.arange(6, dtype=torch.float32).reshape(1, 3, 1, 2) / 4),
        ("b2_1.bn_branch2a.bias", torch.tensor([0.5, -1.5])),
    ]
)


def write(name, content, zipped=True):
    torch.save(content, folder / f"{name}.pth", _use_new_zipfile_serialization=zipped)


write("zip", state)
write("legacy", state, zipped=False)

parameters = [torch.nn.Parameter(value.clone()) for value in state.values()]
optimiser = torch.optim.SGD(parameters, lr=0.1, momentum=0.9)
sum(parameter.sum() for parameter in parameters).backward()
optimiser.step()
trained = {"epoch": 3, "state_dict": state, "best_prec1": 0.5, "optimizer": optimiser.state_dict()}
write("checkpoint", trained)
write("checkpoint-legacy", trained, zipped=False)

parallel = OrderedDict((f"module.{name}", value) for name, value in state.items())
average = OrderedDict((name, value + 1) for name, value in state.items())
scheduler = {"last_epoch": 3, "base_lrs": torch.tensor([0.1])}
write("data-parallel", {"net": parallel, "ema": average, "scheduler": scheduler, "args": {"lr": 0.1}})
write("nested", {"iteration": 9, "state_dict": {"model": state}})
