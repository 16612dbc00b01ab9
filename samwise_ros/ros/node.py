"""The lifecycle node: camera images and sentences in, masks and events out.

configure creates the `Pipeline` (engine, worker, publishers); activate creates the subscriptions.
The callbacks here are short: the worker's thread does the work.
"""

import gc
from collections.abc import Callable
from concurrent.futures import TimeoutError as CallTimeout
from functools import wraps
from typing import Any, NoReturn, TypeVar

from rcl_interfaces.msg import SetParametersResult
from rclpy._rclpy_pybind11 import RCLError
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.exceptions import ParameterException
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from std_srvs.srv import SetBool, Trigger

from samwise_ros.interface import services
from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.printable import printable
from samwise_ros.interface.ros_types import load_type
from samwise_ros.interface.services import Service
from samwise_ros.interface.topics import NODE_NAME
from samwise_ros.ros import parameters
from samwise_ros.ros.commands import memory_calls
from samwise_ros.ros.commands.memory_calls import EngineCall
from samwise_ros.ros.diagnostics import Diagnostics, NodeStatus
from samwise_ros.ros.entry_point import run
from samwise_ros.ros.find.server import FindServer
from samwise_ros.ros.lifecycle import reject_impossible_transitions
from samwise_ros.ros.parameter_services import answer_invalid_requests
from samwise_ros.ros.pipeline import Pipeline

PUBLISHER_CHECK_PERIOD_S = 0.5
STOP_TIMEOUT_S = 30.0  # a frame of the largest model on a slow processor
SERVICE_TIMEOUT_S = 5.0
MEMORY_TIMEOUT_S = 60.0  # a large model has hundreds of megabytes for each command
SHUTDOWN_TIMEOUT_S = 0.75  # the process must end within two seconds

Response = TypeVar("Response", SetBool.Response, Trigger.Response)
Transition = Callable[["SamwiseNode", LifecycleState], TransitionCallbackReturn]


def _log_errors(transition: Transition) -> Transition:
    """Log the exceptions of a transition and keep them for the diagnostics; rclpy hides them."""

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
    """Tracks the objects that sentences describe in the images of cameras.

    One process and one executor can run several nodes, each with a model, a worker and topics.
    """

    def __init__(self, node_name: str = NODE_NAME, **options: Any) -> None:
        """Declare parameters, services and diagnostics; nothing is loaded yet.

        Args:
            node_name: name of the node.
            options: of `rclpy.node.Node`, such as ``namespace`` or ``parameter_overrides``.

        Raises:
            ParameterException: a parameter has an invalid type or is out of range.
            ValueError: a parameter has another invalid value.
        """
        super().__init__(node_name, **options)
        self._log = LifecycleNode.get_logger(self)
        reject_impossible_transitions(self)
        answer_invalid_requests(self)
        self._pipeline: Pipeline | None = None
        self._enabled = True
        self._finalized = False
        self._fault = ""
        self._values = Parameters()
        self.add_on_set_parameters_callback(self._check_parameters)
        parameters.declare_parameters(self)
        self._values = parameters.read_parameters(self)
        self.add_post_set_parameters_callback(self._update_parameters)
        for unknown in parameters.unknown_parameters(self):
            self._log.warning(unknown)
        for service, callback in (
            (services.ENABLE, self._on_enable),
            (services.TOGGLE, self._on_toggle),
            (services.RESET_MEMORY, self._on_reset_memory),
            (services.CLEAR, self._on_clear),
            (services.SAVE_MEMORY, self._on_save_memory),
            (services.LOAD_MEMORY, self._on_load_memory),
        ):
            self.create_service(load_type(service.type_name), service.name, callback)
        self._find_server = FindServer(self)
        self._diagnostics = Diagnostics(self)
        # Diagnostics use real time: simulated time can stand still.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(self._values.diagnostics_period, self._publish_diagnostics, clock=steady)
        self.create_timer(PUBLISHER_CHECK_PERIOD_S, self._follow_publishers, clock=steady)
        if self._values.autostart:
            self._autostart_timer = self.create_timer(0.0, self._autostart, clock=steady)
        self._worker_failed = self.create_guard_condition(self._on_worker_failed)

    @_log_errors
    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and warm up the model and create the publishers; logs the reason of a FAILURE."""
        try:
            self._pipeline = Pipeline(
                self, self._values, self._worker_failed.trigger, self._find_server
            )
        except (ImportError, OSError, ParameterException, RuntimeError, ValueError) as error:
            self._fault = str(error)
            self._log.error(printable(f"cannot configure: {error}"))
            return TransitionCallbackReturn.FAILURE
        self._fault = ""
        cameras = ", ".join(self._values.cameras)
        device = self._pipeline.model["device"]
        self._log.info(f"configured: model {self._values.model} on {device}; cameras: {cameras}")
        return super().on_configure(state)

    @_log_errors
    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Subscribe and start the worker."""
        assert self._pipeline is not None
        result = super().on_activate(state)
        self._fault = ""
        self._pipeline.start(self._enabled)
        self._log.info("active")
        return result

    @_log_errors
    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop after the current frame; keep the memories, and save them if set."""
        if not self._stop(STOP_TIMEOUT_S):
            raise TimeoutError(f"the current frame took more than {STOP_TIMEOUT_S:g} s")
        self._log.info("inactive")
        return super().on_deactivate(state)

    @_log_errors
    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free the model, its memories and the publishers."""
        self._release()
        return super().on_cleanup(state)

    @_log_errors
    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free everything, from any state."""
        self._stop(SHUTDOWN_TIMEOUT_S)
        self._finalized = True
        self._release()
        return super().on_shutdown(state)

    @_log_errors
    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Free everything after a transition that raised; the node is unconfigured again."""
        self._stop(SHUTDOWN_TIMEOUT_S)
        self._release()
        return super().on_error(state)

    def end_goals(self) -> bool:
        """End all goals of the action, and return whether there were any."""
        return self._find_server.stop("the node is shutting down")

    def destroy_node(self) -> None:
        """Finalize and destroy the node, even if rclpy was shut down before."""
        if self.context.ok() and not self._finalized:
            try:
                LifecycleNode.trigger_shutdown(self)
            except RCLError:
                if self.context.ok():
                    raise
        # After rclpy's shutdown there is no transition, but there is a model to free.
        self._stop(SHUTDOWN_TIMEOUT_S)
        self._release()
        self._find_server.close()
        LifecycleNode.destroy_node(self)
        # rclpy keeps the state machine, and with it the DDS participant: without this line, other
        # processes see the node until its lease expires, 20 s after the process has ended.
        self._state_machine.destroy_when_not_in_use()

    def _stop(self, timeout_s: float) -> bool:
        return self._pipeline is None or self._pipeline.stop(timeout_s)

    def _release(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None
            gc.collect()

    def _autostart(self) -> None:
        # Not through the service: a request to a node that was just discovered can be lost
        # (ros2/rmw_fastrtps issue 392), and no client would repeat it.
        self._autostart_timer.cancel()
        if self._pipeline is not None:
            return  # a client was faster
        if LifecycleNode.trigger_configure(self) == TransitionCallbackReturn.SUCCESS:
            LifecycleNode.trigger_activate(self)

    def _on_worker_failed(self) -> None:
        # A frame that succeeded after the failures has emptied `last_failure`.
        if self._pipeline and self._pipeline.inputs and self._pipeline.worker.last_failure:
            self._fault = self._pipeline.worker.last_failure
            self._log.error(f"deactivating after consecutive failed frames: {self._fault}")
            LifecycleNode.trigger_deactivate(self)

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        return self._set_enabled(request.data, response)

    def _on_toggle(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._set_enabled(not self._enabled, response)

    def _set_enabled(self, enabled: bool, response: Response) -> Response:
        self._enabled = enabled
        if self._pipeline is not None:
            self._pipeline.set_enabled(enabled)
        response.success = True
        response.message = "enabled" if enabled else "disabled, memories are kept"
        return response

    def _on_reset_memory(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._run(services.RESET_MEMORY, memory_calls.reset_memory, response)

    def _on_clear(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._run(services.CLEAR, memory_calls.clear, response)

    def _on_save_memory(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        done = f"saved to {self._values.memory_path}"
        call = memory_calls.save_memory(self._values)
        return self._run(services.SAVE_MEMORY, call, response, done, MEMORY_TIMEOUT_S)

    def _on_load_memory(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        done = f"loaded from {self._values.memory_path}"
        call = memory_calls.load_memory(self._values)
        return self._run(services.LOAD_MEMORY, call, response, done, MEMORY_TIMEOUT_S)

    def _run(
        self,
        service: Service,
        call: EngineCall,
        response: Trigger.Response,
        done: str = "",
        timeout_s: float = SERVICE_TIMEOUT_S,
    ) -> Trigger.Response:
        if self._pipeline is None:
            response.message = "not configured"
            return response
        try:
            events = self._pipeline.run(call, timeout_s, service.name)
        except CallTimeout:
            response.message = f"busy for more than {timeout_s:g} s"
        except Exception as error:  # the service answers whatever the network raises
            response.message = f"{type(error).__name__}: {error}"
        else:
            response.success = True
            response.message = done or f"events published: {len(events)}"
        return response

    def _check_parameters(self, changes: list[Parameter]) -> SetParametersResult:
        return parameters.check_change(self._values, changes, self._pipeline is not None)

    def _update_parameters(self, _: list[Parameter]) -> None:
        self._values = parameters.read_parameters(self)
        if self._pipeline is not None:
            self._pipeline.update(self._values)

    def _follow_publishers(self) -> None:
        if self._pipeline is not None:
            for source in self._pipeline.inputs.values():
                source.follow_publishers()

    def _publish_diagnostics(self) -> None:
        self._diagnostics.publish(
            NodeStatus(self._values, self._pipeline, self._enabled, self._fault)
        )


def main() -> NoReturn:
    """Run the node until SIGINT or SIGTERM."""
    run(SamwiseNode, SamwiseNode.end_goals)


if __name__ == "__main__":
    main()
