"""The projection of raw and rectified images, and calibrations with invalid numbers."""

import math

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, Image, RegionOfInterest

from samwise_ros.ros.target_3d.depth_image import DepthImage
from samwise_ros.vision.depth import DepthError, Pinhole, object_position

SHAPE = (48, 64)
K = [100.0, 0.0, 32.0, 0.0, 100.0, 24.0, 0.0, 0.0, 1.0]
P = [90.0, 0.0, 30.0, 0.0, 0.0, 95.0, 20.0, 0.0, 0.0, 0.0, 1.0, 0.0]
D = [0.1, -0.2, 0.0, 0.0, 0.0]


def calibration(**changes: object) -> CameraInfo:
    values = {"k": K, "p": P, "d": D, "distortion_model": "plumb_bob", **changes}
    return CameraInfo(height=48, width=64, **values)


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


def test_place_of_the_second_stereo_camera_does_not_move_its_points() -> None:
    """The points of a right camera are in its own frame, as in depth_image_proc's clouds."""
    right = [*P[:3], -90.0 * 0.05, *P[4:]]
    pixel = (np.array([40.0]), np.array([20.0]))
    rays = camera(rectified=True, p=right).rays(*pixel)
    np.testing.assert_allclose(rays, [[(40 - 30) / 90, 0.0]])


def test_rectified_image_needs_the_focal_lengths_of_p() -> None:
    with pytest.raises(DepthError, match="above 0 in p, got 0 and 0"):
        camera(rectified=True, p=[0.0] * 12)


def test_position_that_is_not_finite_is_rejected() -> None:
    mask, depth = np.ones(SHAPE, bool), np.ones(SHAPE, np.float32)
    matrix = np.array([[1e-300, 0.0, 1e300], [0.0, 1e-300, 1e300], [0.0, 0.0, 1.0]])
    with pytest.raises(DepthError, match="the position is not finite"):
        object_position(mask, depth, Pinhole(matrix, np.zeros(0)))


KINECT_D = [0.05, -0.16, 0.001, -0.002, 0.1]
AZURE_D = [0.5, -2.6, 0.001, -0.0003, 1.5, 0.4, -2.4, 1.4]


@pytest.mark.parametrize(
    ("model", "distortion"),
    [
        ("plumb_bob", [0.0] * 5),  # RealSense, rectified Kinect
        ("", []),  # Gazebo
        ("rational_polynomial", [0.0] * 8),
        ("equidistant", [0.0] * 4),  # without distortion, the model does not matter
    ],
)
def test_camera_without_distortion(model: str, distortion: list[float]) -> None:
    found = camera(rectified=False, distortion_model=model, d=distortion)
    assert found.matrix.ravel().tolist() == K
    assert not found.distortion.any()


@pytest.mark.parametrize(
    ("model", "distortion"),
    [
        ("plumb_bob", KINECT_D),
        ("plumb_bob", KINECT_D[:4]),
        ("rational_polynomial", AZURE_D),
        ("rational_polynomial", [*AZURE_D, 0.0, 0.0, 0.0, 0.0]),
    ],
)
def test_point_returns_through_the_distortion(model: str, distortion: list[float]) -> None:
    found = camera(rectified=False, distortion_model=model, d=distortion)
    point = np.array([[0.1, -0.05, 1.0]])
    pixel, _ = cv2.projectPoints(point, np.zeros(3), np.zeros(3), found.matrix, found.distortion)
    x, y = pixel[0, 0]
    np.testing.assert_allclose(found.rays(np.array([x]), np.array([y]))[0], [0.1, -0.05], atol=1e-4)


@pytest.mark.parametrize(
    ("model", "distortion"),
    [("plumb_bob", AZURE_D), ("rational_polynomial", KINECT_D), ("equidistant", KINECT_D[:4])],
)
def test_unknown_distortion_is_an_error(model: str, distortion: list[float]) -> None:
    with pytest.raises(DepthError, match="expected 4, 5 of plumb_bob or 8, 12, 14 of rational"):
        camera(rectified=False, distortion_model=model, d=distortion)


@pytest.mark.parametrize("rectified", [False, True])
def test_binning_and_roi_change_the_projection(rectified: bool) -> None:
    """A point has the same ray in the whole image and in a part of it at half the resolution."""
    roi = RegionOfInterest(x_offset=16, y_offset=8, width=32, height=24)
    whole = camera(rectified)
    info = calibration(binning_x=2, binning_y=2, roi=roi)
    part = DepthImage(Image(), info).camera((12, 16), rectified)
    in_whole = (np.array([40.0]), np.array([20.0]))
    in_part = ((in_whole[0] - 16) / 2, (in_whole[1] - 8) / 2)
    np.testing.assert_allclose(part.rays(*in_part), whole.rays(*in_whole), atol=1e-9)
    with pytest.raises(DepthError, match="the image's 64 x 48 pixels, got 16 x 12"):
        DepthImage(Image(), info).camera(SHAPE, rectified)
