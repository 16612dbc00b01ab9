"""Who decides whether the object that is seen without memory is written to the memory."""

from samwise_ros.engine.config import SwitchCorrection
from samwise_ros.network.conditional_memory import FIRST_CHECK_FRAME, should_check_switch


def is_switch_frame(correction: SwitchCorrection, frame_index: int, last_applied: int) -> bool:
    """Tell whether a frame is one on which the candidate may be written.

    Args:
        correction: who decides.
        frame_index: frames since the memory started, from 0.
        last_applied: the frame on which a candidate was last written, 0 at first.

    >>> [frame for frame in range(14) if is_switch_frame("every_4th", frame, 0)]
    [5, 9, 13]
    >>> [frame for frame in range(8) if is_switch_frame("always", frame, frame - 1)]
    [5, 6, 7]
    """
    if correction == "learned":
        return should_check_switch(frame_index, last_applied)
    if correction == "never" or frame_index < FIRST_CHECK_FRAME:
        return False
    return correction == "always" or (frame_index - FIRST_CHECK_FRAME) % 4 == 0
