"""The ways to run a model that are compared."""

from dataclasses import dataclass

from samwise_ros.engine.config import EngineConfig, Mode, SwitchCorrection

MAX_COMMANDS = 254
"""As many sentences as the engine takes at once."""


@dataclass(frozen=True)
class RunConfig:
    """One way to run a model.

    Attributes:
        mode: ``online`` or ``clip``.
        correction: who decides whether a candidate is written to the memory.
    """

    mode: Mode = "online"
    correction: SwitchCorrection = "learned"

    @property
    def name(self) -> str:
        """For the head of a table's column.

        >>> RunConfig("clip", "every_4th").name
        'clip, CME every 4th'
        """
        return f"{self.mode}, CME {self.decider}"

    @property
    def decider(self) -> str:
        """The correction, for people."""
        return self.correction.replace("_", " ")

    @property
    def folder(self) -> str:
        """For the name of a folder.

        >>> RunConfig("clip", "every_4th").folder
        'clip_every_4th'
        """
        return f"{self.mode}_{self.correction}"

    def differences(self, other: "RunConfig") -> int:
        """In how many respects this way differs from another, 0 to 2."""
        return (self.mode != other.mode) + (self.correction != other.correction)

    def engine_config(self) -> EngineConfig:
        """Configure an engine that filters nothing: every mask counts, however small."""
        return EngineConfig(
            mode=self.mode,
            max_commands=MAX_COMMANDS,
            switch_correction=self.correction,
            min_mask_area=1,
        )
