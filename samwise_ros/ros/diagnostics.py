"""The state of the model and of the cameras as ``diagnostic_msgs``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.lifecycle import LifecycleNode

from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.printable import printable
from samwise_ros.interface.ros_types import load_type
from samwise_ros.interface.topics import DIAGNOSTICS
from samwise_ros.ros.camera.image_qos import node_names
from samwise_ros.ros.camera.input import CameraInput
from samwise_ros.ros.camera.statistics import REASONS, percentile
from samwise_ros.ros.endpoints import qos_profile
from samwise_ros.ros.health import NO_IMAGE_YET, Health, camera_health
from samwise_ros.ros.pipeline import Pipeline
from samwise_ros.ros.target_3d.pose_output import PoseOutput

PAGES = Path("/proc/self/statm")  # Linux only; other systems need another package


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
        self._last: dict[str, Health] = {}

    def publish(self, status: NodeStatus) -> None:
        """Publish one status for the model and one for each camera."""
        name = self._node.get_fully_qualified_name().lstrip("/")
        pipeline = status.pipeline
        device = str(pipeline.model.get("device", "")) if pipeline else ""
        model = _to_message(f"{name}: model", device, _model_health(status), _model_values(status))
        array = DiagnosticArray(status=[model])
        for camera in status.parameters.cameras:
            source = status.inputs.get(camera)
            pose_output = pipeline.pose_outputs.get(camera) if pipeline else None
            output = pipeline.outputs.get(camera) if pipeline else None
            health = camera_health(source, pose_output, status.parameters, output)
            values = _camera_values(source) if source else {}
            if pose_output:
                values |= _pose_values(pose_output)
            array.status.append(_to_message(f"{name}: {camera}", "", health, values))
            self._log(camera, health)
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)

    def _log(self, camera: str, health: Health) -> None:
        last = self._last.get(camera)
        self._last[camera] = health
        if last and last.kind == health.kind:
            return
        if health.level != DiagnosticStatus.OK:
            self._node.get_logger().warning(printable(health.reason))
        elif last and last.level != DiagnosticStatus.OK and last.kind != NO_IMAGE_YET:
            # The first image has a separate line.
            self._node.get_logger().info(f"{camera}: {health.reason} again")


def _model_health(status: NodeStatus) -> Health:
    failure = status.pipeline.worker.last_failure if status.pipeline else ""
    if failure or status.fault:
        return Health(DiagnosticStatus.ERROR, f"FAILED: {failure or status.fault}", "failed")
    state = "active" if status.inputs else "inactive" if status.pipeline else "unconfigured"
    words = state if status.enabled else f"{state}, disabled"
    return Health(DiagnosticStatus.OK, words, words)


def _model_values(status: NodeStatus) -> dict[str, object]:
    pipeline = status.pipeline
    if pipeline is None:
        return {"model": status.parameters.model, **_resident_memory()}
    commands = {
        f"command {name}": "FAILED" if pipeline.worker.last_failure else line
        for name, line in pipeline.command_lines.items()
    }
    return {
        **pipeline.model,
        **_resident_memory(),
        **_device_memory(str(pipeline.model["device"])),
        "failures": pipeline.worker.failures,
        "discarded commands": pipeline.worker.discarded_calls,
        **commands,
    }


def _resident_memory() -> dict[str, object]:
    """Return the resident memory of the process."""
    if not PAGES.exists():
        return {}
    resident = int(PAGES.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return {"resident memory (MiB)": f"{resident / 2**20:.1f}"}


def _device_memory(device: str) -> dict[str, object]:
    """Return the GPU memory of the process; empty on the CPU."""
    # Imported here for the same reason as in `engine_setup`.
    from samwise_ros.engine.backend.device import device_memory_mib  # noqa: PLC0415

    return {f"{name} (MiB)": f"{mib:.1f}" for name, mib in device_memory_mib(device).items()}


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
    }
    drops = dict(counts.drops)
    reasons = [*REASONS, *sorted(drops.keys() - set(REASONS))]
    values |= {f"dropped: {reason}": drops.get(reason, 0) for reason in reasons}
    for name, samples in counts.times_s.items():
        for percent in (50, 99):
            values[f"{name} p{percent} (ms)"] = f"{1000.0 * percentile(samples, percent):.1f}"
    return values


def _pose_values(output: PoseOutput) -> dict[str, object]:
    failures = sorted(dict(output.failures).items())
    return {
        "positions": output.published,
        "last position": output.reason or ("known" if output.published else "none"),
        "frames without a position in a row": output.missing,
        **{f"no position: {kind}": count for kind, count in failures},
    }


def _to_message(
    name: str, hardware: str, health: Health, values: Mapping[str, object]
) -> DiagnosticStatus:
    return DiagnosticStatus(
        level=health.level,
        name=name,
        message=printable(health.reason),
        hardware_id=hardware,
        values=[
            KeyValue(key=printable(key), value=printable(str(value)))
            for key, value in values.items()
        ],
    )
