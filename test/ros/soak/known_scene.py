"""A tabletop of which the truth is known: what the node says of it must stay the same."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ros_harness import NodeProcess, Robot, image
from steps import Steps

from samwise_ros.data.tabletop.scene import TabletopScene
from samwise_ros.msg import CommandArray

FRAMES = 6
PERIOD_NS = 100_000_000


class KnownScene:
    """One object of a generated scene, and what the shipped model sees of it."""

    def __init__(self, make: Callable[[int, NDArray[np.uint8]], Any] = image) -> None:
        """Take what makes a message of a stamp and pixels."""
        self._scene, self._make = TabletopScene(4, 320, 240), make
        _, self.sentence, self._asked = self._scene.script(16)[0]

    def answers(self, robot: Robot, node: NodeProcess, steps: Steps) -> list[bytes]:
        """Ask for the object afresh, and give the masks; they must show it."""
        steps.clear()
        with robot.listening(f"{node.name}/commands", CommandArray, latched=True) as living:
            robot.say(node, self.sentence)
            living.wait(lambda now: [one.sentence for one in now.commands] == [self.sentence])
        assert robot.trigger(f"{node.name}/reset_memory").success
        begin_ns, given = robot.stamp_ns(), []
        for index in range(FRAMES):
            pixels, masks = self._scene.frame(index)
            mask = steps.show(self._make(begin_ns + index * PERIOD_NS, pixels))
            given.append(bytes(mask.data))
        seen, truth = np.frombuffer(given[-1], bool).reshape(240, 320), masks[self._asked]
        overlap = (seen & truth).sum() / (seen | truth).sum()
        assert overlap > 0.5, f"expected more than half of {self.sentence}, got {overlap:.2f}"
        return given
