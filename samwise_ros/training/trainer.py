"""Runs a recipe: stage after stage, with a state from which it goes on exactly."""

from pathlib import Path

import torch

from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.training.batch_norm import synchronise
from samwise_ros.training.distributed import Processes
from samwise_ros.training.initial_model import first_network
from samwise_ros.training.interruption import Interruption
from samwise_ros.training.recipe import Recipe
from samwise_ros.training.stage_run import StageRun, Training, trained_modules
from samwise_ros.training.state import State, publish, settings


class Trainer:
    """Trains one network by one recipe into one folder.

    The folder gets ``state.pt`` (from which training goes on), ``log.jsonl`` and ``tensorboard``
    (losses and evaluations), and at the end of each stage the model folder ``model``.
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        init: str | None = None,
        device: str = "auto",
    ) -> None:
        """Build or load the network, or take up the training that the folder holds.

        Args:
            recipe: what to do.
            folder: made where it is missing.
            init: model folder to start from, or a shipped model's name.
            device: ``cpu``, ``cuda``, or ``auto`` for cuda where there is one.

        Raises:
            CheckpointError: for a folder whose state is damaged or of another recipe.
            ValueError: for data, a model folder or a device that cannot be used.
        """
        if not recipe.data:
            raise ValueError("the recipe names no data: give it with --data FORMAT:DIR:SPLIT")
        if recipe.evaluate.data is not None:
            open_dataset(recipe.evaluate.data)  # to be told now, not after hours
        processes = Processes.join(device)
        folder.mkdir(parents=True, exist_ok=True)
        self.state = State.read(folder, recipe)
        torch.manual_seed(recipe.seed)
        if self.state.stage > 0:
            source = str(folder / "model")
            network, tokenizer = load_model(source)
        else:
            source = f"--init {init}" if init else "the recipe's preset and seed, without --init"
            network, tokenizer = first_network(recipe, init)
        self.training = Training(recipe, folder, processes, network, tokenizer)
        self._check_weights(source)
        if processes.count > 1:
            synchronise(network)
        network.to(processes.device)

    def run(self, steps: int | None = None) -> bool:
        """Train all stages that are left.

        Args:
            steps: after which to stop, with the state saved; ``None``: do not.

        Returns:
            Whether all is done.

        Raises:
            KeyboardInterrupt: there was a signal to stop; the state is saved.
        """
        recipe, processes = self.training.recipe, self.training.processes
        stopped = False
        with Interruption(steps) as interruption:
            while not stopped and self.state.stage < len(recipe.stages):
                stage = StageRun(self.training, self.state)
                stopped = stage.run(interruption)
                if stage.step == stage.steps:
                    self._end(stage)
        processes.leave()
        done = self.state.stage == len(recipe.stages)
        if interruption.signalled and not done:
            raise KeyboardInterrupt
        return done

    def _check_weights(self, source: str) -> None:
        """See that stages train what there is, and go on with the weights that they began with."""
        recipe, network = self.training.recipe, self.training.network
        for stage in recipe.stages:
            trained_modules(network, stage)
        learned = recipe.stages[self.state.stage].trained if self.state.learner else ()
        if self.state.frozen and fingerprint(network, learned) != self.state.frozen:
            raise CheckpointError(
                f"{self.training.folder}: its training had other weights than those from {source}; "
                "bring those back, or give another folder with --out"
            )

    def _end(self, run: StageRun) -> None:
        """Make the model of a stage that is done the beginning of the next one."""
        training = self.training
        index = run.index + 1
        self.state = State(
            settings(training.recipe, index),
            index,
            log_bytes=run.journal.log_bytes,
            frozen=fingerprint(training.network),
        )
        if training.processes.rank == 0:
            publish(training.folder / "model", training.network, training.tokenizer)
            self.state.write(training.folder)
