"""Runs the stages of a recipe, and resumes exactly from a saved state."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import torch

from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.evaluation.distributed import TRAINING_TIMEOUT, ProcessGroup, training_device
from samwise_ros.files.folder_lock import locked_folder
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.training.batch_norm import synchronise
from samwise_ros.training.initial_model import load_initial_model
from samwise_ros.training.interruption import Interruption, end_with_parent
from samwise_ros.training.recipe import Recipe
from samwise_ros.training.stage_run import StageRun, Training, trained_modules
from samwise_ros.training.state import TrainingState, settings, write_model


class Trainer:
    """Trains a network with a recipe.

    The folder receives ``state.pt`` (to resume from), ``log.jsonl`` and ``tensorboard`` (losses and
    evaluations), and at the end of each stage the model folder ``model``.
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        init: str | None = None,
        device: str = "auto",
    ) -> None:
        """Build or load the network, or resume the training in the folder.

        Args:
            recipe: the recipe.
            folder: folder of the training, created if missing.
            init: model to start from: name of a shipped or installed model, or path of a model
                folder.
            device: ``cpu``, ``cuda``, or ``auto`` for CUDA if available.

        Raises:
            CheckpointError: the state in the folder is damaged or belongs to another recipe.
            ValueError: the data, the model folder or the device cannot be used.
        """
        if not recipe.data:
            raise ValueError("data: the recipe has none; pass it with --data FORMAT:DIR:SPLIT")
        if recipe.evaluate.data is not None:
            open_dataset(recipe.evaluate.data)  # fail before training, not hours later
        processes = ProcessGroup.join(training_device(device), timeout=TRAINING_TIMEOUT)
        if processes.world_size > 1:
            end_with_parent()
        folder.mkdir(parents=True, exist_ok=True)
        self.state = TrainingState.read(folder, recipe)
        torch.manual_seed(recipe.seed)
        if self.state.stage > 0:
            source = str(folder / "model")
            network, tokenizer = load_model(source)
        else:
            source = f"--init {init}" if init else "the recipe's preset and seed, without --init"
            network, tokenizer = load_initial_model(recipe, init)
        self.training = Training(recipe, folder, processes, network, tokenizer)
        self._check_weights(source)
        if processes.world_size > 1:
            synchronise(network)
        network.to(processes.device)

    def run(self, steps: int | None = None) -> bool:
        """Train the remaining stages.

        Args:
            steps: number of steps after which to save the state and stop; ``None`` for no limit.

        Returns:
            Whether all stages are finished.

        Raises:
            KeyboardInterrupt: a signal stopped the training; the state is saved.
            ValueError: another process trains in the folder.
        """
        recipe, processes = self.training.recipe, self.training.processes
        stopped = False
        with ExitStack() as stack:
            if processes.rank == 0:
                stack.enter_context(locked_folder(self.training.folder))
            stack.enter_context(_denormals_flushed())
            interruption = stack.enter_context(Interruption(steps))
            while not stopped and self.state.stage < len(recipe.stages):
                stage = StageRun(self.training, self.state)
                stopped = stage.run(interruption)
                if stage.step == stage.steps:
                    self._finish(stage)
        processes.close()
        done = self.state.stage == len(recipe.stages)
        if interruption.signalled and not done:
            raise KeyboardInterrupt
        return done

    def _check_weights(self, source: str) -> None:
        """Check that all trained modules exist and that frozen weights equal those of the state."""
        recipe, network = self.training.recipe, self.training.network
        for stage in recipe.stages:
            trained_modules(network, stage)
        trained = recipe.stages[self.state.stage].trained if self.state.learner else ()
        if self.state.frozen and fingerprint(network, exclude=trained) != self.state.frozen:
            raise CheckpointError(
                f"{self.training.folder}: the training used other weights than those from "
                f"{source}; restore those, or use another folder with --out"
            )

    def _finish(self, run: StageRun) -> None:
        """Write the model of a finished stage, and the state before the next stage."""
        # A process that is killed between model and state resumes at the end of the stage.
        run.save()
        training = self.training
        index = run.index + 1
        self.state = TrainingState(
            settings(training.recipe, index),
            index,
            log_bytes=run.metric_log.log_bytes,
            frozen=fingerprint(training.network),
            heads=run.heads(),
        )
        if training.processes.rank == 0:
            write_model(training.folder / "model", training.network, training.tokenizer)
            self.state.write(training.folder)


@contextmanager
def _denormals_flushed() -> Iterator[None]:
    """Round denormal numbers to zero, which also affects NumPy in this thread.

    Sharp attention has denormal gradients, which take a CPU a hundred times longer.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
