"""A short recipe with all kinds of stages."""

import pytest

from samwise_ros.training.recipe import LossWeights, OptimizerSettings, Recipe, Stage

FAST = {"learning_rate": 1e-4, "warmup": 1}


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """Train every part for a few steps on generated videos."""
    return Recipe(
        preset="tabletop",
        seed=3,
        stages=(
            Stage("follow", "prompted", steps=2, batch=3, frames=2, true_mask_share=0.5, **FAST),
            Stage("words", "words", steps=2, batch=9, frames=8, **FAST),
            Stage(
                "motion",
                "sentences",
                steps=3,
                batch=3,
                frames=8,
                causal_share=0.5,
                motion_share=0.5,
                late_share=0.5,
                swap_share=0.5,
                name_objects=0.3,
                **FAST,
            ),
        ),
        data=("painted:train",),
        optimizer=OptimizerSettings("adamw", (0.9, 0.98), 0.01, "cosine"),
        losses=LossWeights(focal=20, score=1, over="frame"),
    )
