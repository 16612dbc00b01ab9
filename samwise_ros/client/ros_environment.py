"""Checks for ROS 2, and environment variables that keep DDS traffic on this machine."""

import os
import random
from importlib import import_module
from importlib.util import find_spec

_LAST_DOMAIN = 101  # ports of higher domains overlap with those of other programs


def require_ros() -> None:
    """Check that ROS 2 and the messages of this package can be imported.

    Raises:
        OSError: a module is missing; the message says what to do.
    """
    for module in ("rclpy", "samwise_ros.msg"):
        if find_spec(module) is None:
            raise OSError(
                f"{module} is not installed: enter the ROS 2 workspace first, with "
                "`. install/setup.bash` on a robot or `. env.sh` in this repository"
            )


def private_domain() -> dict[str, str]:
    """Return environment variables of a random ROS domain that stays on this machine."""
    return {
        "ROS_DOMAIN_ID": str(random.randint(1, _LAST_DOMAIN)),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
    }


def image_profiles() -> dict[str, str]:
    """Return the environment variable that lets Fast DDS deliver large images without loss."""
    share = import_module("ament_index_python").get_package_share_directory("samwise_ros")
    file = os.environ.get("FASTRTPS_DEFAULT_PROFILES_FILE", f"{share}/config/fastdds.xml")
    return {"FASTRTPS_DEFAULT_PROFILES_FILE": file}
