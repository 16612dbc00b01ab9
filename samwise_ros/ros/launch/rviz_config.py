"""The rviz configuration of a launch: displays of each camera, and a fixed frame that exists."""

import copy
from collections.abc import Sequence
from typing import Any

import yaml

from samwise_ros.interface.topics import NODE_NAME

#: Topics in the configuration file begin with this; a launch puts the real names in its place.
TEMPLATE_PREFIX = f"/{NODE_NAME}/camera/"


def rviz_config(template: str, node: str, cameras: Sequence[str], fixed_frame: str) -> str:
    """Adapt the configuration file to a node and its cameras.

    Args:
        template: text of ``config/samwise.rviz``, with the displays of one camera.
        node: full name of the node.
        cameras: names of the cameras; each gets its own displays.
        fixed_frame: frame that everything is shown in.

    Returns:
        The configuration as YAML.
    """
    config = yaml.safe_load(template)
    manager = config["Visualization Manager"]
    displays: list[dict[str, Any]] = []
    for display in manager["Displays"]:
        topic = str(display.get("Topic", {}).get("Value", ""))
        if not topic.startswith(TEMPLATE_PREFIX):
            displays.append(display)
            continue
        for camera in cameras:
            own = copy.deepcopy(display)
            own["Topic"]["Value"] = f"{node}/{camera}/{topic.removeprefix(TEMPLATE_PREFIX)}"
            if len(cameras) > 1:
                own["Name"] = f"{camera}: {display['Name']}"
            displays.append(own)
    manager["Displays"] = displays
    manager["Global Options"]["Fixed Frame"] = fixed_frame
    return yaml.safe_dump(config, sort_keys=False)


def default_fixed_frame(target_frame: str, cameras: Sequence[str]) -> str:
    """Choose the fixed frame if the user names none.

    Args:
        target_frame: the parameter; tf has this frame, or the node cannot use it either.
        cameras: names of the cameras.

    Returns:
        The target frame. Without one, the frame that camera drivers publish by convention:
        ``<camera>_link`` of the first camera.
    """
    return target_frame or f"{cameras[0]}_link"
