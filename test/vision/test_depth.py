"""Positions from rendered depth with sensor noise are close to the true positions."""

from typing import Any

import cv2
import numpy as np
import pytest
from rendered_depth import (
    CAMERA,
    HEIGHT,
    LENS,
    WIDTH,
    Array,
    Mask,
    ball,
    box,
    clumsy,
    millimetres,
    seen_centre,
    spoilt,
    table,
)

from samwise_ros.vision.depth import (
    RESOLUTION_M,
    DepthError,
    Pinhole,
    Position3D,
    object_position,
    position_covariance,
    to_metres,
)

NEAR_M, FAR_M = 0.1, 10.0
BALL = ball((-0.2, 0.05, 1.0), 0.08)


def position(mask: Mask, depth: Array, camera: Pinhole = CAMERA) -> Position3D:
    return object_position(mask, to_metres(millimetres(depth), NEAR_M, FAR_M), camera)


def relative_error(found: Position3D, truth: Array) -> float:
    """Return the position error relative to the distance."""
    return float(np.linalg.norm(found.centre_m - truth) / np.linalg.norm(truth))


def fault_kind(mask: Mask, depth: Array) -> str:
    with pytest.raises(DepthError) as caught:
        position(mask, depth)
    return caught.value.kind


@pytest.mark.parametrize(
    "thing",
    [
        ball((0.0, 0.1, 1.0), 0.05),
        ball((-0.35, -0.1, 0.9), 0.1),
        ball((0.2, 0.15, 0.6), 0.03),
        ball((0.6, -0.5, 2.5), 0.12),
        box((0.0, 0.15, 1.0), (0.1, 0.15, 0.08), 25.0, 40.0),
        box((-0.3, 0.05, 1.2), (0.3, 0.05, 0.2), 30.0, 10.0),
        box((0.2, 0.1, 0.8), (0.06, 0.2, 0.06), 35.0, 45.0),
        box((0.1, 0.1, 0.9), (0.25, 0.02, 0.18), 40.0, 15.0),
        box((0.05, 0.1, 1.0), (0.7, 0.5, 0.2), 10.0, 20.0),  # large enough to be subsampled
        box((0.3, -0.9, 3.0), (0.5, 0.6, 0.4), 10.0, 30.0),
    ],
)
def test_centre_is_within_two_percent(thing: Array) -> None:
    assert (thing < table()).sum() == np.isfinite(thing).sum() > 300, (
        "expected the whole object in view"
    )
    found = position(clumsy(np.isfinite(thing)), spoilt(thing, table()))
    assert relative_error(found, seen_centre(thing)) < 0.02


def test_ball_position_is_between_its_front_and_centre() -> None:
    found = position(np.isfinite(BALL), spoilt(BALL, table()))
    assert 0.92 < found.centre_m[2] < 1.0
    np.testing.assert_allclose(found.centre_m[:2] / found.centre_m[2], [-0.2, 0.05], atol=0.004)
    assert 0.0 < found.spread_m < 0.08


def test_metres_and_millimetres_agree() -> None:
    depth, mask = spoilt(BALL, table()), np.isfinite(BALL)
    metres = to_metres(np.where(depth == 0, np.nan, depth).astype(np.float32), NEAR_M, FAR_M)
    np.testing.assert_allclose(
        object_position(mask, metres, CAMERA).centre_m, position(mask, depth).centre_m, atol=0.001
    )


def test_background_in_mask_does_not_shift_position() -> None:
    mask = clumsy(np.isfinite(BALL))
    clean = position(mask, spoilt(BALL, table()))
    mask[20:45, 250:280] = True  # pixels of the wall, a third of the mask
    found = position(mask, spoilt(BALL, table()))
    assert relative_error(found, clean.centre_m) < 0.005
    np.testing.assert_allclose(found.high_m, clean.high_m, atol=0.02)


def test_mask_edge_is_ignored() -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[100:130, 140:170] = True
    depth = 1.0 + 0.01 * np.random.default_rng(0).standard_normal(mask.shape)
    clean = position(mask, depth)
    smeared = np.where(cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)), depth, 1.025)
    assert relative_error(position(mask, smeared), clean.centre_m) < 0.002


def test_sensor_shadow_does_not_shift_position() -> None:
    depth, mask = spoilt(BALL, table()), np.isfinite(BALL)
    columns = np.flatnonzero(mask.any(axis=0))
    shadow = depth.copy()
    shadow[:, columns[0] : columns[len(columns) // 3]] = 0.0
    assert relative_error(position(mask, shadow), position(mask, depth).centre_m) < 0.005


def test_extent_along_axes() -> None:
    thing = box((0.1, 0.1, 1.0), (0.3, 0.2, 0.1), 0.0, 0.0)
    found = position(np.isfinite(thing), np.minimum(thing, table()))
    size = found.high_m - found.low_m
    np.testing.assert_allclose(size[:2], [0.3, 0.2], rtol=0.1)
    np.testing.assert_allclose((found.high_m + found.low_m)[:2] / 2, [0.1, 0.1], atol=0.01)


def test_thin_object_survives_erosion() -> None:
    thing = box((0.0, 0.1, 1.0), (0.3, 0.012, 0.012), 0.0, 0.0)
    assert np.isfinite(thing).any(axis=1).sum() <= 4
    found = position(np.isfinite(thing), np.minimum(thing, table()))
    assert relative_error(found, seen_centre(thing)) < 0.02


def test_object_at_image_border() -> None:
    thing = box((-0.55, 0.0, 1.0), (0.3, 0.3, 0.1), 0.0, 0.0)
    assert np.isfinite(thing)[:, 0].any()
    assert relative_error(position(np.isfinite(thing), thing), seen_centre(thing)) < 0.02
    everything = np.ones((HEIGHT, WIDTH), np.bool_)
    assert position(everything, np.full((HEIGHT, WIDTH), 2.0)).centre_m[2] == pytest.approx(2.0)


def test_lens_distortion() -> None:
    centre = (-0.45, -0.35, 1.0)  # in a corner
    seen = ball(centre, 0.05, LENS)
    truth = seen_centre(seen, LENS)
    mask, depth = np.isfinite(seen), spoilt(seen, table())
    assert relative_error(position(mask, depth, LENS), truth) < 0.02
    assert relative_error(position(mask, depth, CAMERA), truth) > 0.02


def test_missing_depth_raises() -> None:
    mask, nothing = np.isfinite(BALL), np.zeros((HEIGHT, WIDTH))
    depth = spoilt(BALL, table())
    assert fault_kind(mask, nothing) == "too little depth"
    assert fault_kind(mask, np.full_like(nothing, 50.0)) == "too little depth"
    assert fault_kind(mask, np.where(mask, nothing, depth)) == "too little depth"
    assert fault_kind(np.zeros_like(mask), depth) == "too little depth"
    few = nothing.copy()
    few[np.nonzero(mask)[0][:10], np.nonzero(mask)[1][:10]] = 1.0
    assert fault_kind(mask, few) == "too little depth"


def test_two_objects_under_mask_raise() -> None:
    left = np.indices((HEIGHT, WIDTH))[1] < WIDTH // 2
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[80:160, WIDTH // 2 - 40 : WIDTH // 2 + 40] = True
    assert fault_kind(mask, np.where(left, 1.0, 3.0)) == "too much spread"


@pytest.mark.parametrize(
    ("pixels", "metres"),
    [
        (
            np.array([[0, 99, 100, 10_000, 10_001, 65_535]], "<u2"),
            [None, None, 0.1, 10, None, None],
        ),
        (np.array([[0, 2500]], ">u2"), [None, 2.5]),
        (
            np.array([[0.0, 0.05, 0.5, 11.0, np.nan, np.inf, -np.inf, -1.0]], "<f4"),
            [None, None, 0.5, None, None, None, None, None],
        ),
        (np.array([[2.5]], ">f4"), [2.5]),
    ],
)
def test_to_metres(pixels: Any, metres: list[float | None]) -> None:
    before = pixels.copy()
    found = to_metres(pixels, NEAR_M, FAR_M)
    assert found.dtype == np.float32
    expected = [np.nan if one is None else one for one in metres]
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)
    np.testing.assert_array_equal(pixels, before)


def test_zero_depth_is_missing() -> None:
    assert np.isnan(to_metres(np.zeros((1, 1), np.uint16), 0.0, FAR_M)).all()


@pytest.mark.parametrize(
    "thing",
    [
        ball((0.0, 0.1, 1.0), 0.05),
        ball((0.6, -0.5, 2.5), 0.12),
        box((0.0, 0.15, 1.0), (0.1, 0.15, 0.08), 25.0, 40.0),
        box((-0.3, 0.05, 1.2), (0.3, 0.05, 0.2), 30.0, 10.0),
        box((0.3, -0.9, 3.0), (0.5, 0.6, 0.4), 10.0, 30.0),
    ],
)
def test_true_centre_is_within_three_standard_deviations(thing: Array) -> None:
    for seed in range(3):
        found = position(clumsy(np.isfinite(thing)), spoilt(thing, table(), seed))
        covariance = position_covariance(found, CAMERA)
        assert (np.linalg.eigvalsh(covariance) > 0).all()
        error = found.centre_m - seen_centre(thing)
        assert error @ np.linalg.solve(covariance, error) < 9.0


@pytest.mark.parametrize(("distance", "noise"), [(0.5, 0.002), (1.0, 0.005), (3.0, 0.02)])
def test_covariance_of_a_flat_board_is_the_noise_along_the_ray(
    distance: float, noise: float
) -> None:
    board = box((0.3, -0.2, distance), (0.4, 0.3, 0.001), 0.0, 0.0)
    error = noise * np.random.default_rng(0).standard_normal(board.shape)
    seen = np.isfinite(board)
    metres = np.where(seen, board + error, np.nan).astype(np.float32)
    found = object_position(seen, metres, CAMERA)
    covariance = position_covariance(found, CAMERA)
    ray = found.centre_m / found.centre_m[2]
    pixel = distance / 280.0
    assert covariance[2, 2] == pytest.approx(noise**2, rel=0.1)
    expected = covariance[2, 2] * np.outer(ray, ray) + np.diag([pixel**2, pixel**2, 0.0])
    np.testing.assert_allclose(covariance, expected, rtol=0.01)


def test_covariance_without_noise_is_that_of_the_resolution() -> None:
    everything = np.ones((HEIGHT, WIDTH), np.bool_)
    found = position(everything, np.full((HEIGHT, WIDTH), 2.0))
    assert position_covariance(found, CAMERA)[2, 2] == pytest.approx(RESOLUTION_M**2)


def test_box_of_a_ball_is_nearly_its_outline() -> None:
    mask = np.isfinite(BALL)
    ideal = position(mask, np.minimum(BALL, table()))
    np.testing.assert_allclose((ideal.high_m - ideal.low_m)[:2], 0.16, rtol=0.14)
    noisy = position(clumsy(mask), spoilt(BALL, table()))
    np.testing.assert_allclose((noisy.high_m - noisy.low_m)[:2], 0.16, rtol=0.16)


def test_a_torn_edge_of_the_mask_does_not_enlarge_the_box() -> None:
    thing = box((0.0, 0.0, 1.0), (0.3, 0.2, 0.001), 0.0, 0.0)
    depth = np.minimum(thing, 1.5)
    mask = np.isfinite(thing)
    torn = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    torn &= np.random.default_rng(0).random(mask.shape) < 0.7  # a ragged mask with background
    found = position(torn, depth)
    np.testing.assert_allclose((found.high_m - found.low_m)[:2], [0.3, 0.2], rtol=0.06)
    assert found.high_m[2] - found.low_m[2] < 0.01
