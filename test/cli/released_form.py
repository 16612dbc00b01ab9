"""Files in the form of the released checkpoints: their keys, with weights from a recipe."""

import argparse
import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

NETWORK_TESTS = Path(__file__).parents[1] / "network"
State = dict[str, torch.Tensor]


def released_state(keys_file: str = "keys_mini.json") -> State:
    """Return the tensors of a released checkpoint."""
    keys = json.loads((NETWORK_TESTS / "data" / keys_file).read_text())
    recipe: Callable[..., State] = runpy.run_path(str(NETWORK_TESTS / "seeded_weights.py"))[
        "seeded_state_dict"
    ]
    return recipe(keys, "2")


def training_checkpoint(state: State) -> dict[str, Any]:
    """Return the dict that the training saves: with the optimizer's state and its options."""
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimizer = torch.optim.AdamW([parameter])
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 5])
    parameter.sum().backward()
    optimizer.step()
    scheduler.step()
    return {
        "model": state,
        "optimizer": optimizer.state_dict(),
        "lr_scheduler": scheduler.state_dict(),
        "epoch": 3,
        "args": argparse.Namespace(lr=1e-4, device="cuda", lr_drop=[3, 5], resume=None),
    }
