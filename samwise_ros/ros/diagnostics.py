"""The node's health as ``diagnostic_msgs``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.lifecycle import LifecycleNode

from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.topics import DIAGNOSTICS
from samwise_ros.ros.camera_input import CameraInput
from samwise_ros.ros.camera_statistics import percentile
from samwise_ros.ros.image_qos import full_name
from samwise_ros.ros.pipeline import Pipeline
from samwise_ros.ros.target_3d.pose_output import PlaceOutput

MIB = 2**20
PAGES = Path("/proc/self/statm")  # Linux's; elsewhere nobody tells without another package


@dataclass(frozen=True)
class Health:
    """How something is: a level of ``DiagnosticStatus`` and the reason in words."""

    level: bytes
    reason: str


@dataclass(frozen=True)
class Facts:
    """What the health is judged by.

    Attributes:
        settings: the parameters as they are now.
        pipeline: ``None`` while the node is unconfigured.
        sources: the cameras; none while it is not active.
        enabled: whether images are worked on.
        fault: why configuring failed or the node deactivated itself; empty if neither did.
    """

    settings: Parameters
    pipeline: Pipeline | None
    sources: tuple[CameraInput, ...]
    enabled: bool
    fault: str


class Diagnostics:
    """Publishes the health of the model and of the cameras, and logs what is wrong once."""

    def __init__(self, node: LifecycleNode) -> None:
        """Create the publisher, which is not gated: an idle node has a health too."""
        self._node = node
        topic = DIAGNOSTICS
        self._publisher = node.create_publisher(topic.kind, topic.name, topic.profile())
        self._logged: dict[str, str] = {}

    def publish(self, facts: Facts) -> None:
        """Publish one status for the model and one for each camera."""
        name = self._node.get_fully_qualified_name().lstrip("/")
        device = str(facts.pipeline.model.get("device", "")) if facts.pipeline else ""
        model = _to_status(f"{name}: model", device, _model_health(facts), _model_values(facts))
        array = DiagnosticArray(status=[model])
        sources = {source.camera: source for source in facts.sources}
        for camera in facts.settings.cameras:
            source = sources.get(camera)
            health = _input_health(source, facts.settings.input_timeout)
            values = _camera_values(source) if source else {}
            if facts.pipeline and camera in facts.pipeline.places:
                values |= _place_values(facts.pipeline.places[camera])
            array.status.append(_to_status(f"{name}: {camera}", "", health, values))
            self._log(camera, health)
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)

    def _log(self, camera: str, health: Health) -> None:
        if health.level != DiagnosticStatus.OK and health.reason != self._logged.get(camera):
            self._node.get_logger().warning(health.reason)
        self._logged[camera] = health.reason


def _model_health(facts: Facts) -> Health:
    failure = facts.pipeline.worker.last_failure if facts.pipeline else ""
    if failure or facts.fault:
        return Health(DiagnosticStatus.ERROR, f"FAILED: {failure or facts.fault}")
    state = "active" if facts.sources else "inactive" if facts.pipeline else "unconfigured"
    return Health(DiagnosticStatus.OK, state if facts.enabled else f"{state}, disabled")


def _model_values(facts: Facts) -> dict[str, object]:
    if facts.pipeline is None:
        return {"model": facts.settings.model, **_resident_memory()}
    worker = facts.pipeline.worker
    commands = {
        f"command {name}": "FAILED" if worker.last_failure else line
        for name, line in facts.pipeline.command_lines.items()
    }
    return {
        **facts.pipeline.model,
        **_resident_memory(),
        **{f"{k} (MiB)": f"{v:.1f}" for k, v in facts.pipeline.device_memory_mib().items()},
        "failures": worker.failures,
        "requests forgotten, too many at once": worker.dropped_calls,
        **commands,
    }


def _resident_memory() -> dict[str, object]:
    """Give what the process holds of the machine's memory."""
    if not PAGES.exists():
        return {}
    resident = int(PAGES.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return {"resident memory (MiB)": f"{resident / MIB:.1f}"}


def _input_health(source: CameraInput | None, timeout_s: float) -> Health:
    if source is None:
        return Health(DiagnosticStatus.OK, "not subscribed")
    if mismatches := source.mismatches():
        return Health(DiagnosticStatus.WARN, f"{source.topic}: {'; '.join(mismatches)}")
    if source.seconds_without_image() < timeout_s:
        return Health(DiagnosticStatus.OK, "images come")
    names = ", ".join(sorted({full_name(one) for one in source.publishers()}))
    if not names:
        return Health(DiagnosticStatus.WARN, f"nobody publishes {source.topic}")
    if source.statistics.received:
        reason = f"no image on {source.topic} for {timeout_s:g} s or more, published by {names}"
        return Health(DiagnosticStatus.WARN, reason)
    return Health(
        DiagnosticStatus.WARN,
        f"{names} publishes {source.topic}, but no image arrives: large images are lost with the "
        "middleware's default buffers, start the camera with config/fastdds.xml",
    )


def _camera_values(source: CameraInput) -> dict[str, object]:
    numbers = source.statistics
    values: dict[str, object] = {
        "topic": source.topic,
        "reliability": source.reliability.name.lower(),
        "publishers": ", ".join(full_name(one) for one in source.publishers()),
        "input rate (Hz)": f"{numbers.arrivals.per_second():.1f}",
        "output rate (Hz)": f"{numbers.results.per_second():.1f}",
        "images received": numbers.received,
        "dropped": numbers.dropped,
        "dropped: superseded by a newer one": numbers.superseded,
        "dropped: over max_rate_hz": numbers.rate_limited,
        "dropped: older than max_frame_age": numbers.too_old,
        "dropped: failed": numbers.failed,
    }
    values |= {f"dropped: {kind}": count for kind, count in sorted(dict(numbers.refused).items())}
    for name, samples in numbers.times_s.items():
        for percent in (50, 99):
            values[f"{name} p{percent} (ms)"] = f"{1000.0 * percentile(samples, percent):.1f}"
    return values


def _place_values(places: PlaceOutput) -> dict[str, object]:
    missed = {f"no place: {kind}": count for kind, count in sorted(dict(places.missed).items())}
    return {"places": places.placed, "last place": places.reason or "known", **missed}


def _to_status(
    name: str, hardware: str, health: Health, values: Mapping[str, object]
) -> DiagnosticStatus:
    return DiagnosticStatus(
        level=health.level,
        name=name,
        message=health.reason,
        hardware_id=hardware,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )
