"""Films the trials: the robot's view with the mask, and beside it sentence, state and events."""

import textwrap
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

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
from samwise_ros.engine.types import EventKind
from samwise_ros.interface.stamps import SECOND_NS, to_nanoseconds
from samwise_ros.interface.topics import EVENTS, MASK
from samwise_ros.msg import TargetEvent
from samwise_ros.sim import messages
from samwise_ros.vision.overlay import OverlayItem, draw_overlay
from samwise_ros.vision.video_writer import VideoWriter

Image = NDArray[np.uint8]

_HEIGHT, _WIDTH, _PANEL = 480, 640, 320
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LINE = 22  # pixels
_LETTERS = 30  # of a line of the panel
_WAITING = 20  # images whose mask has not arrived
_LAST = 7  # events that are shown
_GREY, _WHITE = (160, 160, 160), (255, 255, 255)
_QUEUE = 10


class Film:
    """Writes an ``.mp4`` file with one frame for each image that the node has processed.

    Attributes:
        caption: first line of the panel.
        result: last line of the panel.
        latencies_s: of each frame, from the stamp of the image until its mask is filmed.
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
        self._sentence = self._state = ""
        self._events: deque[str] = deque(maxlen=_LAST)
        sensor = qos_profile_sensor_data
        node.create_subscription(ImageMessage, messages.IMAGE, self._on_image, sensor)
        node.create_subscription(ImageMessage, resolve_topic(MASK.name), self._on_mask, _QUEUE)
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
            self._images.pop(next(iter(self._images)))

    def _on_mask(self, message: ImageMessage) -> None:
        stamp_ns = to_nanoseconds(message.header.stamp)
        image = self._images.pop(stamp_ns, None)
        if image is not None:
            self.latencies_s.append((time.time_ns() - stamp_ns) / SECOND_NS)
            picture = _enlarged_view(image, to_pixels(message)[..., 0], self._sentence)
            self._writer.write(np.hstack([picture, self._panel()]), stamp_ns)

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
