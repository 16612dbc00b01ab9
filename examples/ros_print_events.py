"""Print events of all targets until Ctrl-C: added, acquired, lost, switched and so on.

python examples/ros_print_events.py
"""

from contextlib import suppress

import rclpy
from rclpy.executors import ExternalShutdownException

from samwise_ros import SamwiseClient
from samwise_ros.client.event_text import event_line


def main() -> None:
    """Print one line for each event."""
    rclpy.init()
    # rclpy shuts down on Ctrl-C.
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        client = SamwiseClient(rclpy.create_node("print_events"))
        client.wait_until_ready()
        print(f"events of {client.name}:", flush=True)
        for event in client.events():
            print(event_line(event), flush=True)


if __name__ == "__main__":
    main()
