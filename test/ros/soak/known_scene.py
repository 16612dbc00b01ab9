"""A tabletop scene with known masks: the node's masks of it must not change."""

from collections.abc import Callable
from typing import Any

import numpy as np
from image_messages import image
from node_process import NodeProcess
from numpy.typing import NDArray
from ros_harness import Robot
from steps import Steps

from samwise_ros.data.painted.scene import PaintedScene

FRAMES = 6
PERIOD_NS = 100_000_000


class KnownScene:
    """One object of a generated scene, and the shipped model's masks of it."""

    def __init__(self, make: Callable[[int, NDArray[np.uint8]], Any] = image) -> None:
        """Use a function that returns a message for a stamp and pixels."""
        self._scene, self._make = PaintedScene(4, 320, 240), make
        _, self.sentence, self._object = self._scene.script(16)[0]

    def masks(self, robot: Robot, node: NodeProcess, steps: Steps) -> list[bytes]:
        """Restart the command and return the masks, which must overlap the object."""
        steps.clear()
        robot.wait_for_sentences(node, [])
        robot.say(node, self.sentence)
        robot.wait_for_sentences(node, [self.sentence])
        assert robot.trigger(f"{node.name}/reset_memory").success
        begin_ns, received = robot.stamp_ns(), []
        for index in range(FRAMES):
            pixels, truths = self._scene.frame(index)
            mask = steps.send(self._make(begin_ns + index * PERIOD_NS, pixels))
            received.append(bytes(mask.data))
        found, truth = np.frombuffer(received[-1], bool).reshape(240, 320), truths[self._object]
        overlap = (found & truth).sum() / (found | truth).sum()
        assert overlap > 0.5, f"{self.sentence}: expected an overlap above 0.5, got {overlap:.2f}"
        return received
