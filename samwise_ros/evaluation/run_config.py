"""Configurations in which an evaluation runs a model."""

from dataclasses import dataclass

from samwise_ros.engine.config import EngineConfig, Mode, SwitchCorrection
from samwise_ros.vision.masks import MAX_LABEL

MAX_COMMANDS = MAX_LABEL
"""Largest number of sentences that the engine tracks at once."""


@dataclass(frozen=True)
class RunConfig:
    """A mode and a switch correction.

    Attributes:
        mode: ``online`` or ``clip``.
        correction: rule that decides whether a candidate is written to the memory.
    """

    mode: Mode = "online"
    correction: SwitchCorrection = "learned"

    @property
    def name(self) -> str:
        """Heading of a table column.

        >>> RunConfig("clip", "every_4th").name
        'clip, CME every 4th'
        """
        return f"{self.mode}, CME {self.decider}"

    @property
    def decider(self) -> str:
        """Display name of the correction."""
        return self.correction.replace("_", " ")

    @property
    def folder(self) -> str:
        """Name of a folder for this configuration.

        >>> RunConfig("clip", "every_4th").folder
        'clip_every_4th'
        """
        return f"{self.mode}_{self.correction}"

    def differences(self, other: "RunConfig") -> int:
        """Return the number of fields that differ from another configuration, 0 to 2."""
        return (self.mode != other.mode) + (self.correction != other.correction)

    def engine_config(self) -> EngineConfig:
        """Return an engine configuration that keeps masks of every size and takes every word."""
        return EngineConfig(
            mode=self.mode,
            max_commands=MAX_COMMANDS,
            switch_correction=self.correction,
            min_mask_area=1,
            reject_unknown_words=False,
        )
