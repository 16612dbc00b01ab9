"""The limit of `max_rate_hz`, on a simulated clock."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.camera import input as camera_input
from samwise_ros.ros.camera.input import CameraInput


class Clock:
    """Stands in for the module `time`."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(camera_input, "time", clock)
    return clock


@pytest.fixture
def passed(clock: Clock) -> Callable[[Parameters, float, int], int]:
    """Send images at a rate to one camera; return how many pass."""
    limit = CameraInput.__new__(CameraInput)
    limit.__dict__.update(SimpleNamespace(_next_due=0.0, _parameters=Parameters()).__dict__)

    def send(parameters: Parameters, rate_hz: float, images: int) -> int:
        limit.update(parameters)
        count = 0
        for _ in range(images):
            count += not limit._exceeds_rate()
            clock.now += 1.0 / rate_hz
        return count

    return send


@pytest.mark.parametrize(("limit_hz", "expected"), [(20.0, 200), (10.0, 100), (0.0, 300)])
def test_images_pass_at_the_limit(
    passed: Callable[[Parameters, float, int], int], limit_hz: float, expected: int
) -> None:
    assert passed(Parameters(max_rate_hz=limit_hz), 30.0, 300) == pytest.approx(expected, abs=1)


def test_only_one_image_passes_after_a_pause(
    passed: Callable[[Parameters, float, int], int], clock: Clock
) -> None:
    slow = Parameters(max_rate_hz=0.1)
    assert passed(slow, 30.0, 30) == 1
    clock.now += 60.0
    assert passed(slow, 30.0, 30) == 1


def test_a_higher_limit_counts_at_once(passed: Callable[[Parameters, float, int], int]) -> None:
    passed(Parameters(max_rate_hz=0.01), 30.0, 3)
    assert passed(Parameters(max_rate_hz=10.0), 30.0, 30) >= 9
