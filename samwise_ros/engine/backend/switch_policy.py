"""The frames on which a candidate may be written to the memory."""

from samwise_ros.engine.config import SwitchCorrection
from samwise_ros.network.conditional_memory import FIRST_CHECK_FRAME, should_check_switch


def is_switch_frame(correction: SwitchCorrection, frame_index: int, last_switch_frame: int) -> bool:
    """Return whether a candidate may be written on a frame.

    Args:
        correction: the rule that decides.
        frame_index: index of the frame since the memory started, from 0.
        last_switch_frame: index of the last frame that wrote a candidate, 0 if there is none.

    >>> [frame for frame in range(14) if is_switch_frame("every_4th", frame, 0)]
    [5, 9, 13]
    >>> [frame for frame in range(8) if is_switch_frame("always", frame, frame - 1)]
    [5, 6, 7]
    """
    if correction == "learned":
        return should_check_switch(frame_index, last_switch_frame)
    if correction == "never" or frame_index < FIRST_CHECK_FRAME:
        return False
    return correction == "always" or (frame_index - FIRST_CHECK_FRAME) % 4 == 0
