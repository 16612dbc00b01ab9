"""The simulated robot in a separate ROS domain, with true masks instead of a network."""

import os
import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import rclpy
from rclpy.context import Context
from rclpy.node import Node

from samwise_ros.cli.demo.trials.robot import TrialRobot

DOUBLE = (str(Path(__file__).parent / "true_mask_node.py"),)


@contextmanager
def true_mask_robot(folder: Path, **variables: str) -> Iterator[TrialRobot]:
    """Run the robot; keyword arguments are environment variables of its node."""
    used = int(os.environ["ROS_DOMAIN_ID"])
    domain = random.choice([n for n in range(1, 102) if n % 2 == used % 2 and n != used])
    environment = {**os.environ, "ROS_DOMAIN_ID": str(domain)}
    context = Context()
    rclpy.init(context=context, domain_id=domain)
    node = Node("judge", context=context)
    try:
        with closing(TrialRobot(node, folder, environment)) as robot:
            robot.start({}, DOUBLE, {**environment, **variables})
            yield robot
    finally:
        node.destroy_node()
        context.shutdown()
