"""A picture of one video: what was true and what was reported, frame by frame."""

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.types import EventKind
from samwise_ros.evaluation.events.mask_history import NO_OBJECT, TARGET
from samwise_ros.evaluation.events.record import EventRecord, SentenceRecord
from samwise_ros.evaluation.events.true_events import Hysteresis, true_events

_FRAME_WIDTH, _ROW, _MARGIN, _BAND = 4, 92, 8, 14
_COLOURS = {
    EventKind.ACQUIRED.name: (0, 110, 0),
    EventKind.LOST.name: (200, 0, 0),
    EventKind.RECOVERED.name: (0, 60, 200),
    EventKind.SWITCHED.name: (150, 0, 150),
}
# Colours of the objects: the named one is green.
_OBJECTS = ((90, 190, 90), (240, 150, 60), (230, 90, 90), (170, 120, 220), (90, 160, 230))
_EMPTY, _SPLIT = (235, 235, 235), (150, 150, 150)


def draw_timeline(record: EventRecord, hysteresis: Hysteresis) -> NDArray[np.uint8]:
    """Draw a row for each sentence.

    The upper band shows when the named object is visible, the lower one the object under the mask:
    green for the named object, other colours for others, grey for none, light grey without a mask.
    Letters above are true events, letters below are reported ones: A, L, R and S. Frames on which
    the sentence does not hold are white.

    Returns:
        (H, W, 3) uint8, RGB.
    """
    frames = max((each.start + len(each.history) for each in record.sentences), default=0)
    width = max(2 * _MARGIN + frames * _FRAME_WIDTH, 420)
    image = np.full((_ROW * max(len(record.sentences), 1), width, 3), 255, np.uint8)
    for number, sentence in enumerate(record.sentences):
        _draw_row(image[number * _ROW : (number + 1) * _ROW], sentence, hysteresis)
    return image


def _draw_row(row: NDArray[np.uint8], record: SentenceRecord, hysteresis: Hysteresis) -> None:
    _write(row, record.sentence, _MARGIN, 14, (0, 0, 0))
    area = hysteresis.min_mask_area
    shown = record.history.shown(area)
    covered = record.history.covered(area)
    for index, present in enumerate(record.history.present(area)):
        frame = record.start + index
        _fill(row, frame, 36, _OBJECTS[0] if present else _EMPTY)
        _fill(row, frame, 36 + _BAND, _object_colour(covered[index], shown[index]))
    for event in true_events(record.history, hysteresis):
        onset = _x(record.start + event.onset)
        _write(row, event.kind.name[0], onset, 32, _COLOURS[event.kind.name])
    for name, index in record.events:
        _write(row, name[0], _x(record.start + index), 80, _COLOURS[name])


def _object_colour(item: int, shown: bool) -> tuple[int, int, int]:
    """Return the colour of the object under a mask; no other object is green."""
    if item == NO_OBJECT:
        return _SPLIT if shown else _EMPTY
    return _OBJECTS[0] if item == TARGET else _OBJECTS[1 + (item - 1) % (len(_OBJECTS) - 1)]


def _x(frame: int) -> int:
    return _MARGIN + frame * _FRAME_WIDTH


def _fill(row: NDArray[np.uint8], frame: int, top: int, colour: tuple[int, int, int]) -> None:
    row[top : top + _BAND - 2, _x(frame) : _x(frame + 1)] = colour


def _write(row: NDArray[np.uint8], text: str, x: int, y: int, colour: tuple[int, int, int]) -> None:
    cv2.putText(row, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.42, colour, 1, cv2.LINE_AA)
