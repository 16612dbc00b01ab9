"""Films the trials: the robot's view with the mask, and beside it sentence, states and events."""

import textwrap
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image as ImageMessage
from std_msgs.msg import String

from samwise_ros.cli.demo.trials.robot import SENTENCE, STATE
from samwise_ros.client.image_message import to_pixels
from samwise_ros.client.names import resolve_topic
from samwise_ros.engine.types import EventKind, TargetState
from samwise_ros.interface.stamps import SECOND_NS, to_nanoseconds
from samwise_ros.interface.topics import EVENTS, MASK, TARGETS
from samwise_ros.msg import TargetArray, TargetEvent
from samwise_ros.sim import messages
from samwise_ros.vision.overlay import OverlayItem, draw_overlay
from samwise_ros.vision.video_writer import VideoWriter

Image = NDArray[np.uint8]

_HEIGHT, _WIDTH, _PANEL = 480, 640, 320
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LINE = 22  # pixels
_LETTERS = 30  # of a line of the panel
_WAITING = 5  # images whose mask has not arrived; older ones are shown without
_LAST = 7  # events that are shown
_GREY, _WHITE = (160, 160, 160), (255, 255, 255)
_QUEUE = 10


class Film:
    """Writes an ``.mp4`` file with one frame for each image, also while the node is gone.

    Attributes:
        caption: first line of the panel.
        result: last line of the panel.
        latencies_s: of each mask, from the stamp of the image until the mask arrived.
    """

    def __init__(self, node: Node, path: Path, rate_hz: float) -> None:
        """Subscribe.

        Args:
            node: the node that receives; the caller spins it.
            path: the file.
            rate_hz: rate of the camera.

        Raises:
            VideoError: the name does not end in ``.mp4``.
        """
        self.caption = self.result = ""
        self.latencies_s: list[float] = []
        self._writer = VideoWriter(path, rate_hz)
        self._images: dict[int, Image] = {}
        self._sentence = self._state = self._target = ""
        self._written_ns = -1
        self._events: deque[str] = deque(maxlen=_LAST)
        sensor = qos_profile_sensor_data
        node.create_subscription(ImageMessage, messages.IMAGE, self._on_image, sensor)
        on_mask: Any = self._on_mask  # rclpy's types do not allow callbacks with two arguments
        node.create_subscription(ImageMessage, resolve_topic(MASK.name), on_mask, _QUEUE)
        node.create_subscription(TargetArray, resolve_topic(TARGETS.name), self._on_targets, _QUEUE)
        node.create_subscription(TargetEvent, resolve_topic(EVENTS.name), self._on_event, _QUEUE)
        node.create_subscription(String, STATE, self._on_state, _QUEUE)
        node.create_subscription(String, SENTENCE, self._on_sentence, _QUEUE)

    def close(self) -> bool:
        """Complete the file; return whether there is one.

        Raises:
            VideoError: the file cannot be written.
        """
        return self._writer.close()

    def _on_image(self, message: ImageMessage) -> None:
        self._images[to_nanoseconds(message.header.stamp)] = to_pixels(message)
        while len(self._images) > _WAITING:
            stamp_ns = next(iter(self._images))
            image = self._images.pop(stamp_ns)
            self._target = "the node is silent"
            self._write(stamp_ns, image, np.zeros(image.shape[:2], np.uint8))

    def _on_mask(self, message: ImageMessage, information: dict[str, Any]) -> None:
        stamp_ns = to_nanoseconds(message.header.stamp)
        image = self._images.pop(stamp_ns, None)
        if image is not None:
            # The middleware's time of arrival: this process may have been busy since then.
            latency_ns = information["received_timestamp"] - stamp_ns
            self.latencies_s.append(latency_ns / SECOND_NS)
            self._write(stamp_ns, image, to_pixels(message)[..., 0])

    def _write(self, stamp_ns: int, image: Image, labels: Image) -> None:
        if stamp_ns > self._written_ns:
            self._written_ns = stamp_ns
            picture = _enlarged_view(image, labels, self._sentence)
            self._writer.write(np.hstack([picture, self._panel()]), stamp_ns)

    def _on_targets(self, message: TargetArray) -> None:
        self._target = ""
        for target in message.targets[:1]:
            self._target = f"{TargetState(target.state).name}, score {target.score:.2f}"

    def _on_event(self, message: TargetEvent) -> None:
        self._events.append(EventKind(message.kind).name)

    def _on_state(self, message: String) -> None:
        self._state = message.data

    def _on_sentence(self, message: String) -> None:
        self._sentence = message.data
        self._events.clear()
        self.result = ""

    def _panel(self) -> Image:
        panel = np.full((_HEIGHT, _PANEL, 3), 24, np.uint8)
        blocks = (
            ("", [self.caption]),
            ("sentence", textwrap.wrap(self._sentence, _LETTERS)),
            ("picker", textwrap.wrap(self._state, _LETTERS)),
            ("target", [self._target] if self._target else []),
            ("events", list(self._events)),
            ("result", [self.result] if self.result else []),
        )
        row = 0
        for title, lines in blocks:
            row = _write_block(panel, row, title, lines)
        return panel


def _write_block(panel: Image, row: int, title: str, lines: Sequence[str]) -> int:
    """Write a title and lines below a row; return the next free row."""
    for text, colour in ((title, _GREY), *((line, _WHITE) for line in lines)):
        if text:
            row += 1
            ascii_text = text.encode("ascii", "replace").decode()  # the font knows no others
            place = (14, 12 + row * _LINE)
            cv2.putText(panel, ascii_text, place, _FONT, 0.5, colour, 1, cv2.LINE_AA)
    return row + 1


def _enlarged_view(image: Image, labels: Image, sentence: str) -> Image:
    """Return the enlarged image with the outline of the mask."""
    size = (_WIDTH, _HEIGHT)
    large = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    if not labels.any():
        return large
    soft = cv2.resize((labels > 0).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    return draw_overlay(large, [OverlayItem(np.asarray(soft > 0.5), 1, sentence)])
