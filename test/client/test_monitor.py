"""Latency and dropped frames of a camera, as `samwise watch` shows them."""

import math

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from samwise_ros.cli.watch.view import rates
from samwise_ros.client.monitor import CameraMonitor
from samwise_ros.msg import TargetArray


def test_unknown_latency_is_a_dash() -> None:
    camera = CameraMonitor()
    camera.add(TargetArray(latency_seconds=math.nan))
    assert rates(camera) == "0.0 frames/s  latency p50 -  0 dropped"
    camera.add(TargetArray(latency_seconds=0.25))
    assert camera.latency_s() == 0.25


def test_dropped_images_of_a_camera_without_results_are_counted() -> None:
    camera = CameraMonitor()
    camera.add_diagnostics(DiagnosticStatus(values=[KeyValue(key="dropped", value="58")]))
    assert rates(camera) == "0.0 frames/s  latency p50 -  58 dropped"
