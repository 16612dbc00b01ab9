"""Configurations in which an evaluation runs a model."""

from dataclasses import astuple, dataclass

from samwise_ros.engine.config import EngineConfig, MemoryPolicyName, Mode, SwitchCorrection
from samwise_ros.vision.masks import MAX_LABEL

MAX_COMMANDS = MAX_LABEL
"""Largest number of sentences that the engine tracks at once."""


@dataclass(frozen=True)
class RunConfig:
    """A mode, a switch correction and a memory policy.

    Attributes:
        mode: ``online`` or ``clip``.
        correction: rule that decides whether a candidate is written to the memory.
        memory: what the memory holds in online mode.
    """

    mode: Mode = "online"
    correction: SwitchCorrection = "learned"
    memory: MemoryPolicyName = "paper"

    def __post_init__(self) -> None:
        """Check the combination."""
        if self.mode == "clip" and self.memory != "paper":
            raise ValueError(
                f"memory: expected paper in clip mode, got {self.memory}; use online mode"
            )

    @property
    def name(self) -> str:
        """Heading of a table column.

        >>> RunConfig("clip", "every_4th").name
        'clip, CME every 4th'
        >>> RunConfig(memory="none").name
        'online, CME learned, memory none'
        """
        return f"{self.mode}, CME {self.decider}" + self._suffix(", memory ")

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
        return f"{self.mode}_{self.correction}" + self._suffix("_memory_")

    def _suffix(self, start: str) -> str:
        return "" if self.memory == "paper" else f"{start}{self.memory}"

    def differences(self, other: "RunConfig") -> int:
        """Return the number of fields that differ from another configuration, 0 to 3."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return sum(own != others for own, others in pairs)

    def engine_config(self) -> EngineConfig:
        """Return an engine configuration that keeps masks of every size and takes every word."""
        return EngineConfig(
            mode=self.mode,
            max_commands=MAX_COMMANDS,
            switch_correction=self.correction,
            memory_policy=self.memory,
            min_mask_area=1,
            reject_unknown_words=False,
        )
