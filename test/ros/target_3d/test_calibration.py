"""The projection of raw and rectified images, and calibrations with invalid numbers."""

import math

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, Image

from samwise_ros.ros.target_3d.depth_image import DepthImage
from samwise_ros.vision.depth import DepthError, Pinhole, object_position

SHAPE = (48, 64)
K = [100.0, 0.0, 32.0, 0.0, 100.0, 24.0, 0.0, 0.0, 1.0]
P = [90.0, 0.0, 30.0, 0.0, 0.0, 95.0, 20.0, 0.0, 0.0, 0.0, 1.0, 0.0]
D = [0.1, -0.2, 0.0, 0.0, 0.0]


def calibration(**changes: object) -> CameraInfo:
    values = {"k": K, "p": P, "d": D, **changes}
    return CameraInfo(height=48, width=64, distortion_model="plumb_bob", **values)


def camera(rectified: bool, **changes: object) -> Pinhole:
    return DepthImage(Image(), calibration(**changes)).camera(SHAPE, rectified)


def test_rectified_image_uses_p_without_distortion() -> None:
    raw, rectified = camera(rectified=False), camera(rectified=True)
    assert raw.matrix.ravel().tolist() == K
    assert raw.distortion.tolist() == D
    assert rectified.matrix.ravel().tolist() == [90.0, 0.0, 30.0, 0.0, 95.0, 20.0, 0.0, 0.0, 1.0]
    assert not rectified.distortion.any()


@pytest.mark.parametrize("name", ["d", "k", "r", "p"])
@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_calibration_that_is_not_finite_is_rejected(name: str, number: float) -> None:
    values = list(getattr(calibration(), name))
    values[-1] = number
    with pytest.raises(DepthError) as rejected:
        camera(rectified=False, **{name: values})
    assert rejected.value.kind == f"camera_info.{name} is not finite"


def test_rectified_image_needs_the_focal_lengths_of_p() -> None:
    with pytest.raises(DepthError, match="above 0 in p, got 0 and 0"):
        camera(rectified=True, p=[0.0] * 12)


def test_position_that_is_not_finite_is_rejected() -> None:
    mask, depth = np.ones(SHAPE, bool), np.ones(SHAPE, np.float32)
    matrix = np.array([[1e-300, 0.0, 1e300], [0.0, 1e-300, 1e300], [0.0, 0.0, 1.0]])
    with pytest.raises(DepthError, match="the position is not finite"):
        object_position(mask, depth, Pinhole(matrix, np.zeros(0)))
