"""The lifecycle node: cameras and sentences in, masks and events out.

configure makes the `Pipeline` (engine, worker, publishers), activate the subscriptions. What the
callbacks here do is short; the work is the worker's.
"""

import gc
from collections.abc import Callable
from concurrent.futures import TimeoutError as NoTurn
from functools import partial, wraps
from typing import Any, NoReturn, TypeVar

from rcl_interfaces.msg import SetParametersResult
from rclpy._rclpy_pybind11 import RCLError
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.exceptions import ParameterException
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.subscription import Subscription
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger

from samwise_ros.interface import parameters
from samwise_ros.interface import topics as interface
from samwise_ros.msg import Command
from samwise_ros.ros import command_input as commands
from samwise_ros.ros.camera_input import CameraInput, ImageMessage
from samwise_ros.ros.diagnostics import Diagnostics, Facts
from samwise_ros.ros.entry_point import run
from samwise_ros.ros.lifecycle import refuse_impossible_transitions
from samwise_ros.ros.pipeline import Pipeline

WATCH_PERIOD_S = 0.5
STOP_TIMEOUT_S = 30.0  # a frame of the largest model on a slow processor
SERVICE_TIMEOUT_S = 5.0
MEMORY_TIMEOUT_S = 60.0  # hundreds of megabytes for each command of a large model
LAST_FRAME_TIMEOUT_S = 0.75  # a process that is told to end has two seconds

Answer = TypeVar("Answer", SetBool.Response, Trigger.Response)
Transition = Callable[["SamwiseNode", LifecycleState], TransitionCallbackReturn]


def _log_errors(transition: Transition) -> Transition:
    """Log and diagnose what a transition raises; rclpy keeps it to itself."""

    @wraps(transition)
    def wrapped(node: "SamwiseNode", state: LifecycleState) -> TransitionCallbackReturn:
        try:
            return transition(node, state)
        except Exception as error:
            node._fault = f"{transition.__name__}: {type(error).__name__}: {error}"
            node._log.error(node._fault)
            raise

    return wrapped


class SamwiseNode(LifecycleNode):
    """Follows what sentences mean through the images of cameras.

    Several fit into one process and one executor, each with its own model, worker and topics.
    """

    def __init__(self, node_name: str = "samwise_node", **options: Any) -> None:
        """Declare parameters, services and diagnostics; nothing is loaded yet.

        Args:
            node_name: its name.
            options: those of `rclpy.node.Node`, such as ``namespace`` or ``parameter_overrides``.

        Raises:
            ParameterException: a parameter's value is refused.
            ValueError: parameters do not fit.
        """
        super().__init__(node_name, **options)
        self._log = LifecycleNode.get_logger(self)
        refuse_impossible_transitions(self)
        self._pipeline: Pipeline | None = None
        self._inputs: tuple[CameraInput, ...] = ()
        self._commands: tuple[Subscription, ...] = ()
        self._enabled = True
        self._finalized = False
        self._fault = ""
        self._settings = parameters.Parameters()
        self.add_on_set_parameters_callback(self._check_parameters)
        parameters.declare(self)
        self._settings = parameters.read(self)
        self.add_post_set_parameters_callback(self._follow_parameters)
        for service, answer in (
            (interface.ENABLE, self._on_enable),
            (interface.TOGGLE, self._on_toggle),
            (interface.RESET_MEMORY, self._on_reset_memory),
            (interface.CLEAR, self._on_clear),
            (interface.SAVE_MEMORY, self._on_save_memory),
            (interface.LOAD_MEMORY, self._on_load_memory),
        ):
            self.create_service(service.kind, service.name, answer)
        self._diagnostics = Diagnostics(self)
        # Health is told in real time, also where simulated time stands still.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(
            self._settings.diagnostics_period, self._publish_diagnostics, clock=steady
        )
        self.create_timer(WATCH_PERIOD_S, self._watch_input, clock=steady)
        if self._settings.autostart:
            self._starting = self.create_timer(0.0, self._start_itself, clock=steady)
        self._on_worker_failed = self.create_guard_condition(self._on_gave_up)

    @_log_errors
    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and warm up the model, create the publishers; FAILURE with the reason in the log."""
        try:
            self._pipeline = Pipeline(self, self._settings, self._on_worker_failed.trigger)
        except (ImportError, OSError, ParameterException, RuntimeError, ValueError) as error:
            self._fault = str(error)
            self._log.error(f"cannot configure: {error}")
            return TransitionCallbackReturn.FAILURE
        self._fault = ""
        return super().on_configure(state)

    @_log_errors
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Subscribe and start the worker."""
        pipeline = self._configured()
        result = super().on_activate(state)
        self._fault = ""
        pipeline.start()
        for camera, statistics in pipeline.statistics.items():
            source = CameraInput(self, camera, self._settings, statistics, self._on_image)
            self._inputs += (source,)  # one by one: where the next one fails, this is closed
        self._commands = tuple(
            self.create_subscription(topic.kind, topic.name, take, topic.profile())
            for topic, take in (
                (interface.COMMAND, self._on_sentence),
                (interface.COMMAND_REQUEST, self._on_request),
            )
        )
        return result

    @_log_errors
    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop after the frame in hand; the memories stay, and are saved where that is wanted."""
        if not self._stop(STOP_TIMEOUT_S):
            raise TimeoutError(f"the frame in hand took more than {STOP_TIMEOUT_S:g} s")
        return super().on_deactivate(state)

    @_log_errors
    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free everything."""
        self._release()
        return super().on_cleanup(state)

    @_log_errors
    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free everything, from any state."""
        self._stop(LAST_FRAME_TIMEOUT_S)
        self._finalized = True
        self._release()
        return super().on_shutdown(state)

    @_log_errors
    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free everything after a transition that raised, and begin again unconfigured."""
        self._stop(LAST_FRAME_TIMEOUT_S)
        self._release()
        return super().on_error(state)

    def close(self) -> None:
        """Finalize and destroy the node, also where rclpy has been shut down before it."""
        if self.context.ok() and not self._finalized:
            try:
                LifecycleNode.trigger_shutdown(self)
            except RCLError:
                if self.context.ok():
                    raise
        # Where nobody is left who could be told of a transition, it is not made.
        self._stop(LAST_FRAME_TIMEOUT_S)
        self._release()
        LifecycleNode.destroy_node(self)

    def _configured(self) -> Pipeline:
        assert self._pipeline is not None
        return self._pipeline

    def _stop(self, timeout_s: float) -> bool:
        if self._inputs:
            for source in self._inputs:
                source.close()
            self._inputs = ()
            for one in self._commands:
                self.destroy_subscription(one)
            self._commands = ()
            stopped = self._configured().worker.stop(timeout_s)
            if stopped:
                self._configured().save()
            return stopped
        return self._pipeline is None or self._pipeline.worker.stop(timeout_s)

    def _release(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None
            gc.collect()

    def _on_image(self, source: CameraInput, message: ImageMessage) -> None:
        if self._enabled:
            self._configured().take(source, message)

    def _on_sentence(self, message: String) -> None:
        self._order(commands.from_sentence(message.data, self._settings))

    def _on_request(self, message: Command) -> None:
        self._order(commands.from_request(message, self._settings))

    def _order(self, order: commands.EngineCall) -> None:
        pipeline = self._configured()
        pipeline.worker.submit(partial(pipeline.execute, order))

    def _start_itself(self) -> None:
        # Not by the service: a request to a node that is just being discovered can be lost
        # (ros2/rmw_fastrtps issue 392), and nobody would ask again.
        self._starting.cancel()
        if self._pipeline is not None:
            return  # somebody was faster
        if LifecycleNode.trigger_configure(self) == TransitionCallbackReturn.SUCCESS:
            LifecycleNode.trigger_activate(self)

    def _on_gave_up(self) -> None:
        if self._inputs:
            self._fault = self._configured().worker.last_failure
            self._log.error(f"deactivating, frame after frame failed: {self._fault}")
            LifecycleNode.trigger_deactivate(self)

    def _on_enable(self, request: SetBool.Request, answer: SetBool.Response) -> SetBool.Response:
        return self._enable(request.data, answer)

    def _on_toggle(self, _: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        return self._enable(not self._enabled, answer)

    def _enable(self, wanted: bool, answer: Answer) -> Answer:
        self._enabled = wanted
        answer.success = True
        answer.message = "enabled" if wanted else "disabled, memories are kept"
        return answer

    def _on_reset_memory(self, _: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        return self._carry_out(commands.reset_memory, answer)

    def _on_clear(self, _: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        return self._carry_out(commands.clear, answer)

    def _on_save_memory(self, _: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        done = f"saved to {self._settings.memory_path}"
        order = commands.save_memory(self._settings)
        return self._carry_out(order, answer, done, MEMORY_TIMEOUT_S)

    def _on_load_memory(self, _: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        done = f"loaded from {self._settings.memory_path}"
        order = commands.load_memory(self._settings)
        return self._carry_out(order, answer, done, MEMORY_TIMEOUT_S)

    def _carry_out(
        self,
        order: commands.EngineCall,
        answer: Trigger.Response,
        done: str = "",
        timeout_s: float = SERVICE_TIMEOUT_S,
    ) -> Trigger.Response:
        if self._pipeline is None:
            answer.message = "not configured"
            return answer
        execute = partial(self._pipeline.execute, order)
        try:
            events = self._pipeline.worker.ask(execute, timeout_s)
        except NoTurn:
            answer.message = f"busy for more than {timeout_s:g} s"
        except Exception as error:  # whatever the network raises, the service answers
            answer.message = f"{type(error).__name__}: {error}"
        else:
            answer.success = True
            answer.message = done or f"events: {len(events)}"
        return answer

    def _check_parameters(self, changes: list[Parameter]) -> SetParametersResult:
        return parameters.check_change(self._settings, changes, self._pipeline is not None)

    def _follow_parameters(self, _: list[Parameter]) -> None:
        self._settings = parameters.read(self)
        for one in (self._pipeline, *self._inputs):
            if one is not None:
                one.update(self._settings)

    def _watch_input(self) -> None:
        for source in self._inputs:
            source.follow_publishers()

    def _publish_diagnostics(self) -> None:
        facts = Facts(self._settings, self._pipeline, self._inputs, self._enabled, self._fault)
        self._diagnostics.publish(facts)


def main() -> NoReturn:
    """Run the node until SIGINT or SIGTERM."""
    run(SamwiseNode)


if __name__ == "__main__":
    main()
