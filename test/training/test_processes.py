"""Two processes train one network."""

import json
import subprocess
import sys

import torch

from samwise_ros.network.checkpoint import load_model
from samwise_ros.training.processes import Processes

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
AVERAGE = """
import torch
from samwise_ros.training.processes import Processes
processes = Processes.join()
tensors = [torch.full((2, 3), float(processes.rank)), torch.tensor([4.0 * processes.rank])]
processes.average(tensors)
assert processes.count == 2
assert torch.equal(tensors[0], torch.full((2, 3), 0.5)), tensors
assert torch.equal(tensors[1], torch.tensor([2.0])), tensors
processes.leave()
"""
RECIPE = """
preset: tabletop
seed: 1
stages:
  - {name: words, task: words, steps: 50, batch: 4, frames: 8}
  - {name: look, task: sentences, steps: 2, batch: 2}
"""


def test_one_process_averages_nothing():
    tensor = torch.ones(2)
    processes = Processes.join()
    processes.average([tensor])
    assert (processes.rank, processes.count) == (0, 1)
    assert torch.equal(tensor, torch.ones(2))


def test_two_processes_average_and_agree(tmp_path):
    script = tmp_path / "average.py"
    script.write_text(AVERAGE)
    subprocess.run([*TORCHRUN, script], check=True, capture_output=True, timeout=120)


def test_two_processes_train_into_one_folder(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE)
    command = [*TORCHRUN, "-m", "samwise_ros.cli.main", "train", recipe, "--out", tmp_path / "run"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("2/2 look: 100%") == 1  # one progress bar, not two
    lines = (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [50]
    network, _ = load_model(str(tmp_path / "run" / "model"))
    assert all(bool(torch.isfinite(p).all()) for p in network.parameters())
    assert (tmp_path / "run" / "state.pt").exists()
