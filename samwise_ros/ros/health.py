"""The health of a camera: whether images arrive and are processed, and the reasons for losses."""

from collections.abc import Mapping
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticStatus

from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.camera.image_qos import lost_images_advice, node_names
from samwise_ros.ros.camera.input import CameraInput
from samwise_ros.ros.camera.statistics import INTENDED
from samwise_ros.ros.target_3d.pose_output import PoseOutput

MIN_DROPS = 5  # in a row; fewer are not a fault of the camera
MIN_MISSING_POSES = 5  # in a row
NO_IMAGE_YET = "no image yet"
"""`Health.kind` of a camera before its first image."""


@dataclass(frozen=True)
class Health:
    """A level of ``DiagnosticStatus`` with its reason.

    Attributes:
        level: of ``DiagnosticStatus``.
        reason: human-readable text.
        kind: identifies the fault; the same text for all counts and times.
    """

    level: bytes
    reason: str
    kind: str


def camera_health(
    source: CameraInput | None, pose_output: PoseOutput | None, parameters: Parameters
) -> Health:
    """Return the health of a camera, from its images to its poses.

    Args:
        source: the image subscription; ``None`` unless the node is active.
        pose_output: the positions of the camera's targets; ``None`` without ``use_depth``.
        parameters: current values.
    """
    if source is None:
        return _ok("not subscribed")
    if health := _without_images(source, parameters.input_timeout):
        return health
    if not source.enabled:
        return _ok("receiving images, processing is disabled")
    return (
        _without_results(source, parameters)
        or _without_content(source)
        or _without_poses(pose_output)
        or _ok("receiving images")
    )


def _without_images(source: CameraInput, timeout_s: float) -> Health | None:
    if mismatches := source.mismatches():
        return _warning("mismatch", f"{source.topic}: {'; '.join(mismatches)}")
    if source.seconds_without_image() < timeout_s:
        return None
    names = node_names(source.publishers())
    if not names:
        reason = f"no publisher on {source.topic}"
    elif source.statistics.received:
        reason = f"no image on {source.topic} for {timeout_s:g} s or more; publisher: {names}"
    else:
        advice = lost_images_advice()
        reason = f"{names} publishes {source.topic}, but no image arrives{advice}"
    kind = "lost" if source.statistics.received else NO_IMAGE_YET
    if source.statistics.unprocessed_drops:
        reason += f"; {_losses(source)}"
    return _warning(kind, reason)


def _without_results(source: CameraInput, parameters: Parameters) -> Health | None:
    """Return a warning if images arrive and none is processed."""
    drops = source.statistics.unprocessed_drops
    faults = sum(count for reason, count in drops.items() if reason not in INTENDED)
    # With a low rate limit, seconds without a result are no fault.
    period_s = 1.0 / parameters.max_rate_hz if parameters.max_rate_hz > 0.0 else 0.0
    patience_s = max(parameters.input_timeout, 2.0 * period_s)
    waited = drops and source.statistics.seconds_without_result() >= patience_s
    if faults < MIN_DROPS and not waited:
        return None
    kind = f"dropped: {', '.join(sorted(drops))}"
    return _warning(kind, f"{_losses(source)} on {source.topic}")


def _without_content(source: CameraInput) -> Health | None:
    fault = source.statistics.exposure_fault
    return _warning("exposure", f"{source.topic}: {fault}") if fault else None


def _without_poses(output: PoseOutput | None) -> Health | None:
    if output is None or output.missing < MIN_MISSING_POSES:
        return None
    lost = f"no pose on the last {output.missing} frames with a target"
    return _warning("pose", f"{lost}: {output.reason}")


def _losses(source: CameraInput) -> str:
    statistics = source.statistics
    drops = statistics.unprocessed_drops
    counts = ", ".join(f"{reason} ({count})" for reason, count in _by_count(drops))
    return f"{sum(drops.values())} of the last {statistics.unprocessed} images dropped: {counts}"


def _by_count(drops: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(drops.items(), key=lambda drop: (-drop[1], drop[0]))


def _ok(reason: str) -> Health:
    return Health(DiagnosticStatus.OK, reason, reason)


def _warning(kind: str, reason: str) -> Health:
    return Health(DiagnosticStatus.WARN, reason, kind)
