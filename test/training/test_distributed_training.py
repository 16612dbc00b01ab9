"""Two processes train a network like one process."""

import json
import subprocess
import sys
import time

import pytest
import torch

from samwise_ros.evaluation.distributed import ProcessGroup, training_device
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.training.recipe import Recipe
from samwise_ros.training.trainer import Trainer

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
SCRIPT = """
import torch
from torch import nn
from samwise_ros.training.batch_norm import synchronise
from samwise_ros.evaluation.distributed import ProcessGroup

processes = ProcessGroup.join()
assert processes.world_size == 2
assert processes.any(processes.rank == 1)
assert not processes.any(False)
tensors = [torch.full((2, 3), float(processes.rank)), torch.tensor([4.0 * processes.rank])]
processes.all_reduce(tensors)
assert torch.equal(tensors[0], torch.ones(2, 3)), tensors
assert torch.equal(tensors[1], torch.tensor([4.0])), tensors

torch.manual_seed(0)
x, weight = torch.randn(5, 4, 3, 2), torch.randn(5, 4, 3, 2)
whole, split = (nn.Sequential(nn.BatchNorm2d(4), nn.ReLU()) for _ in range(2))
synchronise(split)
local = slice(0, 2) if processes.rank == 0 else slice(2, 5)  # parts of different size
results = []
for network, part in ((whole, slice(None)), (split, local)):
    inputs = x.clone().requires_grad_()
    (network(inputs[part]) * weight[part]).sum().backward()
    gradients = [parameter.grad for parameter in network.parameters()]
    if network is split:
        processes.all_reduce(gradients)
    results.append([inputs.grad[local], *gradients, *network.state_dict().values()])
for expected, found in zip(*results, strict=True):
    assert torch.allclose(expected, found, atol=1e-5), (expected, found)
assert torch.allclose(whole.eval()(x), split.eval()(x), atol=1e-5)
processes.close()
"""


def test_single_process_needs_no_group():
    tensor = torch.ones(2)
    processes = ProcessGroup.join()
    processes.all_reduce([tensor])
    assert (processes.rank, processes.world_size) == (0, 1)
    assert torch.equal(tensor, torch.ones(2))
    assert processes.any(True)


def test_unknown_device_raises():
    with pytest.raises(ValueError, match="expected auto, cpu or cuda, got 'moon'"):
        training_device("moon")


def test_two_processes_reduce_and_normalise_like_one(tmp_path):
    script = tmp_path / "reduce.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [*TORCHRUN, script], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_processes_end_with_a_killed_launcher():
    child = "; ".join(
        (
            "import time",
            "from samwise_ros.training.interruption import end_with_parent",
            "end_with_parent()",
            "print('started', flush=True)",
            "time.sleep(100)",
        )
    )
    launch = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", launch], stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout.readline() == "started\n"
        started = time.monotonic()
        launcher.kill()
        assert launcher.stdout.read() == ""  # until the child has ended too
    assert time.monotonic() - started < 60


RECIPE = """
preset: tabletop
seed: 3
data: painted:train
optimizer: {name: adamw, betas: [0.9, 0.98], weight_decay: 0.01, schedule: cosine}
losses: {focal: 20, score: 1, over: frame}
stages:
  - {name: objects, task: objects, steps: 1, batch: 3, targets: 1, name_objects: 1, augment: true,
     warmup: 1, learning_rate: 1.0e-4}
  - {name: follow, task: prompted, steps: 1, batch: 3, frames: 2, warmup: 1, learning_rate: 1.0e-4}
  - {name: words, task: words, steps: 1, batch: 9, frames: 8, warmup: 1, learning_rate: 1.0e-4}
  - {name: motion, task: sentences, steps: 2, batch: 3, frames: 8, causal_share: 0.5,
     swap_share: 0.5, name_objects: 0.3, warmup: 1, learning_rate: 1.0e-4}
"""


def _losses(folder):
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [
        value for line in lines for key, value in line.items() if key not in {"stage", "seconds"}
    ]


def test_two_processes_train_like_one(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE)
    command = [*TORCHRUN, "-m", "samwise_ros.cli.main", "train", recipe, "--device", "cpu", "--out"]
    done = subprocess.run(
        [*command, tmp_path / "two"], check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("4/4 motion:   0%") == 1  # one progress bar, not two
    trainer = Trainer(Recipe.read(recipe), tmp_path / "one", device="cpu")
    before = {key: value.clone() for key, value in trainer.training.network.state_dict().items()}
    trainer.run()

    assert _losses(tmp_path / "two") == pytest.approx(_losses(tmp_path / "one"), rel=1e-3)
    one, two = (
        load_model(str(tmp_path / name / "model"))[0].state_dict() for name in ("one", "two")
    )
    update, difference = 0.0, 0.0
    for name, value in one.items():
        if value.is_floating_point():
            update += float((value - before[name]).square().sum())
            difference += float((value - two[name]).square().sum())
    assert difference < 1e-3 * update
