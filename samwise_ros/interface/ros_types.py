"""ROS types by name, such as ``sensor_msgs/msg/Image``, imported when they are first needed."""

import importlib


def load_type(name: str) -> type:
    """Import a message or service type.

    Args:
        name: package, folder and type, such as ``sensor_msgs/msg/Image``.

    Raises:
        ImportError: the package is not installed.

    >>> load_type("std_srvs/srv/Trigger").__name__
    'Trigger'
    """
    package, folder, type_name = name.split("/")
    loaded: type = getattr(importlib.import_module(f"{package}.{folder}"), type_name)
    return loaded
