#!/usr/bin/env python3
"""Write fixtures/pytorch/{zip,legacy}.pth: one state dict in both of PyTorch's formats (2.9)."""
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
torch.save(state, folder / "zip.pth")
torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)
