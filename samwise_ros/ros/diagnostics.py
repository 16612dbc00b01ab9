"""The state of the model and of the cameras as ``diagnostic_msgs``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.lifecycle import LifecycleNode

from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.ros_types import load_type
from samwise_ros.interface.topics import DIAGNOSTICS
from samwise_ros.ros.camera.image_qos import node_names
from samwise_ros.ros.camera.input import CameraInput
from samwise_ros.ros.camera.statistics import percentile
from samwise_ros.ros.endpoints import qos_profile
from samwise_ros.ros.pipeline import Pipeline
from samwise_ros.ros.target_3d.pose_output import PoseOutput

MIB = 2**20
PAGES = Path("/proc/self/statm")  # Linux only; other systems need another package


@dataclass(frozen=True)
class Health:
    """A level of ``DiagnosticStatus`` with its reason."""

    level: bytes
    reason: str


@dataclass(frozen=True)
class NodeStatus:
    """What the diagnostics report on.

    Attributes:
        parameters: current values.
        pipeline: ``None`` while the node is unconfigured.
        enabled: whether images are processed.
        fault: why a transition failed or the node deactivated itself; empty otherwise.
    """

    parameters: Parameters
    pipeline: Pipeline | None
    enabled: bool
    fault: str

    @property
    def inputs(self) -> Mapping[str, CameraInput]:
        """The image subscriptions by camera; empty unless the node is active."""
        return self.pipeline.inputs if self.pipeline else {}


class Diagnostics:
    """Publishes the diagnostics, and logs each new warning of a camera once."""

    def __init__(self, node: LifecycleNode) -> None:
        """Create the publisher; it also publishes while the node is inactive."""
        self._node = node
        self._publisher = node.create_publisher(
            load_type(DIAGNOSTICS.type_name), DIAGNOSTICS.name, qos_profile(DIAGNOSTICS)
        )
        self._logged: dict[str, str] = {}

    def publish(self, status: NodeStatus) -> None:
        """Publish one status for the model and one for each camera."""
        name = self._node.get_fully_qualified_name().lstrip("/")
        pipeline = status.pipeline
        device = str(pipeline.model.get("device", "")) if pipeline else ""
        model = _to_message(f"{name}: model", device, _model_health(status), _model_values(status))
        array = DiagnosticArray(status=[model])
        for camera in status.parameters.cameras:
            source = status.inputs.get(camera)
            health = _input_health(source, status.parameters.input_timeout)
            values = _camera_values(source) if source else {}
            if pipeline and camera in pipeline.pose_outputs:
                values |= _pose_values(pipeline.pose_outputs[camera])
            array.status.append(_to_message(f"{name}: {camera}", "", health, values))
            self._log(camera, health)
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)

    def _log(self, camera: str, health: Health) -> None:
        if health.level != DiagnosticStatus.OK and health.reason != self._logged.get(camera):
            self._node.get_logger().warning(health.reason)
        self._logged[camera] = health.reason


def _model_health(status: NodeStatus) -> Health:
    failure = status.pipeline.last_failure if status.pipeline else ""
    if failure or status.fault:
        return Health(DiagnosticStatus.ERROR, f"FAILED: {failure or status.fault}")
    state = "active" if status.inputs else "inactive" if status.pipeline else "unconfigured"
    return Health(DiagnosticStatus.OK, state if status.enabled else f"{state}, disabled")


def _model_values(status: NodeStatus) -> dict[str, object]:
    pipeline = status.pipeline
    if pipeline is None:
        return {"model": status.parameters.model, **_resident_memory()}
    commands = {
        f"command {name}": "FAILED" if pipeline.last_failure else line
        for name, line in pipeline.command_lines.items()
    }
    return {
        **pipeline.model,
        **_resident_memory(),
        **{f"{k} (MiB)": f"{v:.1f}" for k, v in pipeline.device_memory_mib().items()},
        "failures": pipeline.failures,
        "discarded commands": pipeline.discarded_calls,
        **commands,
    }


def _resident_memory() -> dict[str, object]:
    """Return the resident memory of the process."""
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
        return Health(DiagnosticStatus.OK, "receiving images")
    names = node_names(source.publishers())
    if not names:
        return Health(DiagnosticStatus.WARN, f"no publisher on {source.topic}")
    if source.statistics.received:
        reason = f"no image on {source.topic} for {timeout_s:g} s or more; publisher: {names}"
        return Health(DiagnosticStatus.WARN, reason)
    return Health(
        DiagnosticStatus.WARN,
        f"{names} publishes {source.topic}, but no image arrives; start the camera with "
        "config/fastdds.xml: the middleware's default buffers lose large images",
    )


def _camera_values(source: CameraInput) -> dict[str, object]:
    counts = source.statistics
    values: dict[str, object] = {
        "topic": source.topic,
        "reliability": source.reliability,
        "publishers": node_names(source.publishers()),
        "input rate (Hz)": f"{counts.arrivals.per_second():.1f}",
        "output rate (Hz)": f"{counts.results.per_second():.1f}",
        "images received": counts.received,
        "dropped": counts.dropped,
        "dropped: superseded by a newer image": counts.superseded,
        "dropped: over max_rate_hz": counts.rate_limited,
        "dropped: older than max_frame_age": counts.too_old,
        "dropped: failed": counts.failed,
    }
    values |= {f"dropped: {kind}": count for kind, count in sorted(dict(counts.invalid).items())}
    for name, samples in counts.times_s.items():
        for percent in (50, 99):
            values[f"{name} p{percent} (ms)"] = f"{1000.0 * percentile(samples, percent):.1f}"
    return values


def _pose_values(output: PoseOutput) -> dict[str, object]:
    failures = sorted(dict(output.failures).items())
    return {
        "positions": output.published,
        "last position": output.reason or "known",
        **{f"no position: {kind}": count for kind, count in failures},
    }


def _to_message(
    name: str, hardware: str, health: Health, values: Mapping[str, object]
) -> DiagnosticStatus:
    return DiagnosticStatus(
        level=health.level,
        name=name,
        message=health.reason,
        hardware_id=hardware,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )
