#!/usr/bin/env python3
"""Write fixtures/cams: the same two small maps as PSA, IRN and CLIP-ES keep them.

Needs NumPy 1.26, and PyTorch for the files with tensors.
"""
import pickle
from pathlib import Path

import numpy as np

folder = Path(__file__).resolve().parent.parent / "fixtures" / "cams"
folder.mkdir(parents=True, exist_ok=True)
maps = (np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 32).copy()
keys = [1, 14]

np.save(folder / "psa.npy", {key: map for key, map in zip(keys, maps)})
np.save(folder / "psa_reversed.npy", {np.int64(key): map for key, map in list(zip(keys, maps))[::-1]})
np.save(folder / "clip_es.npy", {"keys": np.array(keys), "attn_highres": maps.astype(np.float16)})
np.savez(folder / "archive.npz", keys=np.array(keys), high_res=maps)
(folder / "psa.pkl").write_bytes(pickle.dumps({key: map.astype(np.float64) for key, map in zip(keys, maps)}, 4))
try:
    import torch
except ImportError:
    print("no PyTorch: the files with tensors are left as they are")
else:
    wide = torch.zeros(2, 4, 8)
    wide[:, :3, 1::2] = torch.from_numpy(maps)
    # cam is a quarter of the size; high_res is an array, and in the second file a view of a tensor.
    small = torch.zeros(2, 1, 1)
    np.save(folder / "irn.npy", {"keys": torch.tensor(keys), "cam": small, "high_res": maps})
    np.save(folder / "irn_view.npy", {"keys": torch.tensor(keys), "cam": small, "high_res": wide[:, :3, 1::2]})
