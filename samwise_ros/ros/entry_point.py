"""Runs the node as a process that ends when it is told to."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

if TYPE_CHECKING:
    from samwise_ros.ros.node import SamwiseNode

EXIT_TIMEOUT_S = 1.5


def run(make_node: Callable[[], "SamwiseNode"]) -> NoReturn:
    """Run the node until SIGINT or SIGTERM and end the process.

    The node lives in a thread of its own, so that a signal is heard at once, also while a model
    is being loaded; what is not done in time then is left undone. The exit code is 0 after a
    signal, 1 if the node could not be made or fell over.
    """
    signals: list[int] = []
    ended = threading.Event()

    def hear(number: int, _: object) -> None:
        signals.append(number)
        ended.set()

    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, hear)
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = make_node()
    except (ParameterException, ValueError) as error:
        sys.exit(f"{sys.argv[0]}: {error}")
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    spinning = threading.Thread(target=_spin, args=(executor, ended), daemon=True)
    spinning.start()
    ended.wait()
    code = 0 if signals else 1
    late = threading.Timer(EXIT_TIMEOUT_S, os._exit, [code])
    late.daemon = True
    late.start()
    executor.shutdown()
    spinning.join()
    node.close()
    rclpy.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # Nothing is left to do. Python's own end takes a second or two with torch loaded, and cannot
    # come at all while a frame is still in hand.
    os._exit(code)


def _spin(executor: SingleThreadedExecutor, ended: threading.Event) -> None:
    try:
        executor.spin()
    finally:
        ended.set()
