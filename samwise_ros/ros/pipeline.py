"""From an image and a sentence to what is published: all that lives from configure to cleanup."""

import os
import time
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle.publisher import LifecyclePublisher
from std_msgs.msg import Header

from samwise_ros.engine.types import Event, EventKind, Frame, FrameResult
from samwise_ros.interface import topics as interface
from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.camera_input import CameraInput, ImageMessage
from samwise_ros.ros.camera_output import CameraOutput
from samwise_ros.ros.camera_statistics import CameraStatistics
from samwise_ros.ros.command_input import (
    EngineCall,
    from_sentence,
    load_memory,
    memory_path,
    save_memory,
)
from samwise_ros.ros.messages import to_command_array, to_event
from samwise_ros.ros.target_3d.pose_output import PlaceOutput
from samwise_ros.ros.target_3d.tf import FrameLookup
from samwise_ros.ros.worker import Worker

if TYPE_CHECKING:
    from samwise_ros.engine.engine import Engine

WARM_UP_HEIGHT, WARM_UP_WIDTH = 480, 640
MAX_FAILURES_IN_A_ROW = 5


class Pipeline:
    """The engine, the thread that owns it, and the publishers it feeds.

    Attributes:
        worker: the thread; whoever wants the engine asks it.
        statistics: of each camera, since the last `start`.
        places: with depth, where each camera's targets are in space.
        command_lines: what each living command is and how it stands, in words, by its id.
        model: what the engine says of itself.
    """

    def __init__(
        self, node: LifecycleNode, parameters: Parameters, give_up: Callable[[], object]
    ) -> None:
        """Load and warm up the model, and look for the first sentence, if one is given.

        Args:
            node: the node to publish by.
            parameters: as they are now; see `update`.
            give_up: called in the worker's thread when frame after frame fails.

        Raises:
            ImportError: tf is asked for and not installed.
            OSError: the model cannot be read; the message names path and reason.
            ParameterException: a value of ``qos_overrides`` is of another type.
            RuntimeError: the device cannot be had, or a value of ``qos_overrides`` is none.
            ValueError: the model or a parameter is not what it should be.
        """
        self._node = node
        self._parameters = parameters
        self._give_up = give_up
        with warnings.catch_warnings(record=True) as told:
            self._engine = _load(parameters)
        for warning in told:
            node.get_logger().warning(str(warning.message))
        self.model = self._engine.describe()
        self.command_lines: dict[str, str] = {}
        self._headers: WeakKeyDictionary[Frame, Header] = WeakKeyDictionary()
        self.statistics = {camera: CameraStatistics() for camera in parameters.cameras}
        self.worker = Worker[tuple[CameraInput, ImageMessage]](self._process, self._on_failure)
        self._first_events = self._begin()
        self._lookup: FrameLookup | None = None
        self.places: dict[str, PlaceOutput] = {}
        there_before = set(node.publishers)
        try:
            self._make_publishers()
        except Exception:
            for one in set(node.publishers) - there_before:
                assert isinstance(one, LifecyclePublisher)
                node.destroy_lifecycle_publisher(one)
            if self._lookup:
                self._lookup.close()
            self._engine.close()
            raise

    def start(self) -> None:
        """Say what is looked for, and begin to work."""
        self.statistics = {camera: CameraStatistics() for camera in self._outputs}
        self.worker.reset_counts()
        self._tell(self._first_events)
        self._tell_commands()
        self._first_events = ()
        self.worker.start()

    def close(self) -> None:
        """Destroy the publishers, and let go of the model and its memories."""
        if self.worker.stop(0.0):  # else a frame is still in the network, at the process's end
            self._engine.close()
        for output in self._outputs.values():
            output.close()
        for places in self.places.values():
            places.close()
        if self._lookup:
            self._lookup.close()
        for one in (self._events, self._commands):
            self._node.destroy_lifecycle_publisher(one)

    def update(self, parameters: Parameters) -> None:
        """Follow parameters that changed."""
        self._parameters = parameters

    def take(self, source: CameraInput, message: ImageMessage) -> None:
        """Have an image worked on, unless a newer one comes first."""
        source.statistics.superseded += self.worker.offer(source.camera, (source, message))

    def execute(self, order: EngineCall) -> tuple[Event, ...]:
        """Do what was asked for and tell of it; in the worker's thread, or while it rests."""
        events = order(self._engine)
        self._tell(events)
        self._tell_commands()
        return events

    def device_memory_mib(self) -> dict[str, float]:
        """Give what the process holds of the GPU's memory; nothing on the CPU."""
        # Here for the same reason as the engine below.
        from samwise_ros.engine.backend.device import device_memory_mib  # noqa: PLC0415

        return device_memory_mib(str(self.model["device"]))

    def save(self) -> None:
        """Save the memories where the parameters want it; while the worker rests."""
        if not self._parameters.save_memory_on_deactivate:
            return
        try:
            save_memory(self._parameters)(self._engine)
        except ValueError as error:
            self._node.get_logger().error(f"memories are not saved: {error}")
        else:
            self._node.get_logger().info(f"memories saved to {self._parameters.memory_path}")

    def _begin(self) -> tuple[Event, ...]:
        """Go on from the saved memories if there are any, else with the first command."""
        if self._parameters.save_memory_on_deactivate:
            path = memory_path(self._parameters)
            if os.path.exists(path):
                events = load_memory(self._parameters)(self._engine)
                found = len(self._engine.commands)
                self._node.get_logger().info(f"going on from {path}, commands: {found}")
                if found:
                    return events
        if not self._parameters.command:
            return ()
        events = from_sentence(self._parameters.command, self._parameters)(self._engine)
        for event in events:
            if event.kind == EventKind.REJECTED:
                raise ValueError(f"command: {event.reason}")
        return events

    def _make_publishers(self) -> None:
        node, wanted = self._node, self._parameters
        if wanted.use_depth:
            self._place_targets()
        self._outputs = {camera: CameraOutput(node, camera) for camera in wanted.cameras}
        self._events = interface.make_publisher(node, interface.EVENTS)
        self._commands = interface.make_publisher(node, interface.COMMANDS)

    def _place_targets(self) -> None:
        """Make what tells where the targets are in space."""
        wanted, nearest_farthest = self._parameters, self._parameters.depth_range
        if wanted.target_frame:
            self._lookup = FrameLookup(self._node, wanted.target_frame)
        for camera in wanted.cameras:
            self.places[camera] = PlaceOutput(
                self._node,
                camera,
                (nearest_farthest[0], nearest_farthest[1]),
                self._lookup,
                wanted.publish_tf,
            )

    def _process(self, job: tuple[CameraInput, ImageMessage]) -> None:
        source, message = job
        frame = source.frame_of(message)
        if frame is None:
            return
        self._headers[frame] = message.header
        if source.depth:
            source.depth.hold(frame.stamp_ns)
        began = time.perf_counter()
        try:
            results = self._engine.step(frame)
        except Exception:
            source.statistics.failed += 1
            raise
        seconds = (time.perf_counter() - began) / max(len(results), 1)
        for result in results:
            began = time.perf_counter()
            self._publish(result, seconds)
            if source.depth:
                header = self._headers[result.frame]
                self.places[source.camera].publish(result, header, source.depth)
            source.statistics.times_s["publishing"].append(time.perf_counter() - began)

    def _publish(self, result: FrameResult, seconds: float) -> None:
        header = self._headers[result.frame]
        alpha = self._parameters.overlay_alpha
        camera = result.frame.camera
        output, statistics = self._outputs[camera], self.statistics[camera]
        output.publish(result, header, seconds, alpha, statistics)
        if result.events:
            self._tell(result.events, header)

    def _tell(self, events: Iterable[Event], header: Header | None = None) -> None:
        """Publish events, and keep how the commands stand for the diagnostics."""
        header = header or self._now()
        for event in events:
            self._events.publish(to_event(event, header))
            if event.kind == EventKind.REJECTED:
                words = f"rejected {event.command.id!r}: {event.reason}"
                self._node.get_logger().warning(words, throttle_duration_sec=1.0)
        self.command_lines = {
            one.command.id: f"{'PAUSED' if one.paused else one.state.name}: {one.command.sentence}"
            for one in self._engine.commands
        }

    def _tell_commands(self) -> None:
        living = [(one.command, one.label, one.paused) for one in self._engine.commands]
        self._commands.publish(to_command_array(living, self._now()))

    def _now(self) -> Header:
        return Header(stamp=self._node.get_clock().now().to_msg())

    def _on_failure(self, error: Exception) -> None:
        self._node.get_logger().error(
            f"frame or command dropped: {type(error).__name__}: {error}", throttle_duration_sec=5.0
        )
        if self.worker.failures_in_a_row >= MAX_FAILURES_IN_A_ROW:
            self._give_up()


def _load(parameters: Parameters) -> "Engine":
    # Here, since it imports torch: else the node would answer its first service seconds later.
    from samwise_ros.engine.backend.device import use_threads  # noqa: PLC0415
    from samwise_ros.engine.engine import Engine  # noqa: PLC0415

    use_threads(parameters.threads)
    engine = Engine.from_model(
        parameters.model,
        device=parameters.device,
        precision=parameters.precision,
        config=parameters.engine_config(),
    )
    engine.warm_up(WARM_UP_HEIGHT, WARM_UP_WIDTH)
    return engine
