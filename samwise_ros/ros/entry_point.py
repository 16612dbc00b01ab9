"""Runs the node as a process that ends promptly after a signal."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

import rclpy
from rclpy._rclpy_pybind11 import RCLError
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from samwise_ros.interface.printable import printable
from samwise_ros.interface.ros_start import start_problem

EXIT_TIMEOUT_S = 1.5
RESULTS_S = 0.2  # for the results of goals to leave, once the goals have ended
ERROR_PERIOD_S = 1.0
ERROR_PAUSE_S = 0.001  # if every call fails, the thread still leaves time to others


def run(
    make_node: Callable[[], Node], end_goals: Callable[[Any], bool] = lambda _: False
) -> NoReturn:
    """Run the node until SIGINT or SIGTERM and end the process.

    The node spins in a separate thread, so that the main thread handles a signal at once, even
    while a model loads. Work that does not finish within `EXIT_TIMEOUT_S` is abandoned. The exit
    code is 0 after a signal, 1 if the node could not be created or rclpy was shut down. The node
    logs an exception of a callback and continues.

    Args:
        make_node: creates the node.
        end_goals: ends the goals of the node's actions after a signal, and returns whether there
            were any; their results are then sent before the node is destroyed.
    """
    signals: list[int] = []
    ended = threading.Event()

    def on_signal(number: int, _: object) -> None:
        signals.append(number)
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    try:
        rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    except RCLError as error:
        sys.exit(f"{sys.argv[0]}: {start_problem(error)}")
    try:
        node = make_node()
    except (ParameterException, ValueError) as error:
        sys.exit(f"{sys.argv[0]}: {error}")
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    spinning = threading.Thread(target=_spin, args=(executor, node, ended), daemon=True)
    spinning.start()
    ended.wait()
    code = 0 if signals else 1
    deadline = threading.Timer(EXIT_TIMEOUT_S, os._exit, [code])
    deadline.daemon = True
    deadline.start()
    executor.wake()
    spinning.join()
    if node.context.ok() and end_goals(node):
        _send_results(executor, node)
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # With torch loaded, Python's own exit takes a second or two, and it never comes if a frame is
    # still being processed.
    os._exit(code)


def _spin(executor: SingleThreadedExecutor, node: Node, ended: threading.Event) -> None:
    """Spin until the process ends; log the exceptions of callbacks and continue."""
    try:
        while not ended.is_set() and node.context.ok():
            _spin_once(executor, node, None)
    finally:
        ended.set()


def _send_results(executor: SingleThreadedExecutor, node: Node) -> None:
    """Spin for a moment: rclpy sends the results of ended goals from its executor."""
    end = time.monotonic() + RESULTS_S
    while node.context.ok() and (left_s := end - time.monotonic()) > 0.0:
        _spin_once(executor, node, left_s)


def _spin_once(executor: SingleThreadedExecutor, node: Node, timeout_s: float | None) -> None:
    try:
        executor.spin_once(timeout_s)
    except ExternalShutdownException:
        return
    except Exception as error:  # a message must not end the node, whatever it contains
        text = printable(f"callback failed: {type(error).__name__}: {error}")
        node.get_logger().error(text, throttle_duration_sec=ERROR_PERIOD_S)
        time.sleep(ERROR_PAUSE_S)
