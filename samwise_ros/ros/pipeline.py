"""Everything that exists from configure to cleanup: the engine, its thread, inputs and outputs.

The path of an image; the newest image of each camera waits for the worker:

    executor's thread  CameraInput          counts the image and limits the rate
                       Worker.offer         replaces an older waiting image of the camera
    worker's thread    Pipeline._process    calls the next four in turn:
                       FrameConverter       drops old and invalid images
                       Engine.step          masks, states and events
                       CameraOutput         publishes masks, targets and the overlay
                       EventOutput, PoseOutput, SearchSet (of the action)
"""

import time
from collections.abc import Callable
from functools import partial

from geometry_msgs.msg import PoseStamped
from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle.publisher import LifecyclePublisher
from std_msgs.msg import Header

from samwise_ros.engine.types import Event, FrameResult
from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.printable import printable
from samwise_ros.ros.camera.frame_converter import FrameConverter
from samwise_ros.ros.camera.image_conversion import ImageMessage
from samwise_ros.ros.camera.input import CameraInput
from samwise_ros.ros.camera.output import CameraOutput
from samwise_ros.ros.camera.statistics import FAILED, LATE, CameraStatistics
from samwise_ros.ros.commands.event_output import EventOutput
from samwise_ros.ros.commands.input import CommandInput
from samwise_ros.ros.commands.memory_calls import EngineCall, no_change
from samwise_ros.ros.engine_setup import load_engine, restore, save
from samwise_ros.ros.find.search_set import SearchSet
from samwise_ros.ros.find.server import FindServer
from samwise_ros.ros.optional_outputs import log_missing_types
from samwise_ros.ros.target_3d.depth_input import DepthInput
from samwise_ros.ros.target_3d.pose_output import PoseOutput
from samwise_ros.ros.target_3d.tf import FrameLookup
from samwise_ros.ros.worker import Worker

MAX_CONSECUTIVE_FAILURES = 5


class Pipeline:
    """The engine, the thread that owns it, and the topics around it.

    Attributes:
        inputs: image subscriptions; empty while the pipeline is stopped.
        outputs: masks and targets, by camera.
        pose_outputs: with ``use_depth``, the positions of each camera's targets, by camera.
        model: the engine's description of itself.
        worker: the thread that owns the engine, with the counts of failed frames and calls.
        command_lines: state and sentence of each active command, by id.
    """

    def __init__(
        self,
        node: LifecycleNode,
        parameters: Parameters,
        on_worker_failed: Callable[[], object],
        find_server: FindServer,
    ) -> None:
        """Load and warm up the model, create the publishers, and add the first command.

        Args:
            node: the node.
            parameters: current values; see `update`.
            on_worker_failed: called in the worker's thread after
                `MAX_CONSECUTIVE_FAILURES` failed frames.
            find_server: accepts goals while the pipeline runs.

        Raises:
            ImportError: a parameter needs tf, which is not installed.
            OSError: the model cannot be read; the message names path and reason.
            ParameterException: a value of ``qos_overrides`` has another type.
            RuntimeError: the device is not available, or a value of ``qos_overrides`` is invalid.
            ValueError: the model or a parameter is invalid.
        """
        self._node = node
        self._parameters = parameters
        self._on_worker_failed = on_worker_failed
        self._find_server = find_server
        self._searches = SearchSet(find_server.wake, lambda: self._submit(no_change))
        self._engine = load_engine(parameters, node.get_logger())
        self.model = self._engine.describe()
        self.command_lines: dict[str, str] = {}
        self._changed = False  # by a call, since the memories were saved
        self.inputs: dict[str, CameraInput] = {}
        self._statistics: dict[str, CameraStatistics] = {}
        self._converters: dict[str, FrameConverter] = {}
        self._depth_inputs: dict[str, DepthInput] = {}
        self._command_input: CommandInput | None = None
        self._lookup: FrameLookup | None = None
        self.outputs: dict[str, CameraOutput] = {}
        self.pose_outputs: dict[str, PoseOutput] = {}
        self.worker = Worker[ImageMessage](self._process, self._on_failure)
        existing = set(node.publishers)
        try:
            self._first_events = restore(self._engine, parameters, node.get_logger())
            self._create_outputs()
        except Exception:
            for publisher in set(node.publishers) - existing:
                assert isinstance(publisher, LifecyclePublisher)
                node.destroy_lifecycle_publisher(publisher)
            if self._lookup:
                self._lookup.close()
            self._engine.close()
            raise

    def start(self, enabled: bool) -> None:
        """Publish the active commands, start the worker and subscribe.

        Args:
            enabled: whether images are processed; see `set_enabled`.

        Raises:
            RuntimeError: a value of an input's ``qos_overrides`` is invalid.
            ValueError: the reliability of an input's ``qos_overrides`` is invalid.
        """
        node, parameters = self._node, self._parameters
        self.worker.reset_counts()
        self._publish_changes(())
        self._statistics = {camera: CameraStatistics() for camera in parameters.cameras}
        if parameters.use_depth:
            transport = parameters.depth_transport
            self._depth_inputs = {
                camera: DepthInput(node, camera, transport) for camera in parameters.cameras
            }
        self._converters = {
            camera: FrameConverter(node, camera, parameters, statistics)
            for camera, statistics in self._statistics.items()
        }
        self.worker.start()
        for camera, statistics in self._statistics.items():
            # Added one by one: `stop` closes the first if the second cannot be created.
            source = CameraInput(node, camera, parameters, statistics, self.worker.offer)
            self.inputs[camera] = source
        self.set_enabled(enabled)
        self._command_input = CommandInput(node, parameters, self._submit)
        self._find_server.start(parameters, self._searches)

    def stop(self, timeout_s: float) -> bool:
        """Unsubscribe, end the worker after the current frame, and save the memories if set.

        Returns:
            Whether the worker ended in time. If not, nothing else may use the engine.
        """
        started = self._command_input is not None
        self._find_server.stop("the node was deactivated")
        if self._command_input:
            self._command_input.close()
            self._command_input = None
        inputs: list[CameraInput | DepthInput] = [*self.inputs.values()]
        for source in (*inputs, *self._depth_inputs.values()):
            source.close()
        self.inputs = {}
        stopped = self.worker.stop(timeout_s)
        self._depth_inputs = {}
        if stopped and started:
            if (events := self._searches.settle(self._engine)) and self._node.context.ok():
                self._publish_changes(events)
            if self._node.context.ok():
                self._events.clear_states()
        if stopped and (started or self._changed):
            save(self._engine, self._parameters, self._node.get_logger())
            self._changed = False
        return stopped

    def close(self) -> None:
        """Destroy the publishers, and free the model and its memories; after `stop`."""
        if self.worker.stop(0.0):  # else the process is ending with a frame in the network
            self._engine.close()
        for output in self.outputs.values():
            output.close()
        for pose_output in self.pose_outputs.values():
            pose_output.close()
        self._events.close()
        if self._lookup:
            self._lookup.close()

    def update(self, parameters: Parameters) -> None:
        """Use changed parameters."""
        self._parameters = parameters
        for source in self.inputs.values():
            source.update(parameters)
        if self._command_input:
            self._command_input.update(parameters)

    def set_enabled(self, enabled: bool) -> None:
        """Process images, or ignore them and keep the memories."""
        for source in self.inputs.values():
            source.set_enabled(enabled)

    def run(self, call: EngineCall, timeout_s: float, cause: str) -> tuple[Event, ...]:
        """Run a call of the engine between two frames, and publish and return its events.

        The cause is for people whose goals end because of the call.

        Raises:
            concurrent.futures.TimeoutError: the call did not run in time.
        """
        return self.worker.run(partial(self._execute, call, cause), timeout_s)

    def _create_outputs(self) -> None:
        node, parameters = self._node, self._parameters
        if parameters.use_depth:
            nearest_m, farthest_m = parameters.depth_range
            if parameters.target_frame:
                self._lookup = FrameLookup(node, parameters.target_frame)
            for camera in parameters.cameras:
                self.pose_outputs[camera] = PoseOutput(
                    node,
                    camera,
                    depth_range=(nearest_m, farthest_m),
                    lookup=self._lookup,
                    publish_tf=parameters.publish_tf,
                    rectified=parameters.is_rectified(),
                )
        self.outputs = {camera: CameraOutput(node, camera) for camera in parameters.cameras}
        self._events = EventOutput(node, parameters.cameras)
        log_missing_types(node)

    def _submit(self, call: EngineCall, cause: str = "") -> None:
        self.worker.submit(partial(self._execute, call, cause))

    def _execute(self, call: EngineCall, cause: str = "") -> tuple[Event, ...]:
        """Run a call and publish its events; in the worker's thread, or while it is stopped."""
        events = call(self._engine)
        self._changed = True
        self._searches.note_removals(events, cause)
        self._publish_changes((*events, *self._searches.settle(self._engine)))
        return events

    def _publish_changes(self, events: tuple[Event, ...]) -> None:
        # The first events are published on activation, unless a call changes the commands before.
        events, self._first_events = (*self._first_events, *events), ()
        self._events.publish_events(events, self._engine)
        self._events.publish_commands(self._engine.commands)
        for output in self.outputs.values():
            output.standard.publish_labels(self._engine.commands, self._parameters.mask_threshold)
        self._update_command_lines()

    def _process(self, camera: str, message: ImageMessage) -> None:
        statistics = self._statistics[camera]
        frame = self._converters[camera].convert(message, self._parameters.max_frame_age)
        if frame is None:
            return
        depth_input = self._depth_inputs.get(camera)
        if depth_input:
            depth_input.expect(frame.stamp_ns)
        began = time.perf_counter()
        try:
            results = self._engine.step(frame)
        except Exception:
            statistics.drop(FAILED)
            raise
        if not results:
            statistics.drop(LATE)
            return
        (result,) = results
        inferred = time.perf_counter()
        self._publish(result, message.header, inferred - began)
        poses: dict[str, PoseStamped] = {}
        if depth_input:
            output, wanted = self.pose_outputs[camera], self._searches.command_ids
            poses = output.publish(result, message.header, depth_input, wanted)
        self._searches.report(result, message.header, poses)
        if events := self._searches.settle(self._engine):
            self._publish_changes(events)
        statistics.times_s["publishing"].append(time.perf_counter() - inferred)

    def _publish(self, result: FrameResult, header: Header, inference_s: float) -> None:
        camera = result.frame.camera
        if result.events:
            # Before the targets: their `event_sequence` says which events a listener must have.
            self._events.publish_events(result.events, self._engine, header, camera)
            self._update_command_lines()
        self.outputs[camera].publish(
            result,
            header,
            inference_s=inference_s,
            overlay_alpha=self._parameters.overlay_alpha,
            statistics=self._statistics[camera],
            position=self._events.position,
        )

    def _update_command_lines(self) -> None:
        self.command_lines = {
            one.command.id: f"{'PAUSED' if one.paused else one.state.name}: {one.command.sentence}"
            for one in self._engine.commands
        }

    def _on_failure(self, error: Exception) -> None:
        text = printable(f"frame or command dropped: {type(error).__name__}: {error}")
        self._node.get_logger().error(text, throttle_duration_sec=5.0)
        if self.worker.consecutive_failures >= MAX_CONSECUTIVE_FAILURES:
            self._on_worker_failed()
