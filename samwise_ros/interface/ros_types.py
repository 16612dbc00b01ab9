"""ROS types by name, such as ``sensor_msgs/msg/Image``, imported when they are first needed."""

import importlib


def load_type(name: str) -> type:
    """Import a message or service type.

    Args:
        name: package, folder and type, such as ``sensor_msgs/msg/Image``.

    Raises:
        ImportError: the package is not installed, or an installed version lacks the type.

    >>> load_type("std_srvs/srv/Trigger").__name__
    'Trigger'
    """
    package, folder, type_name = name.split("/")
    module = importlib.import_module(f"{package}.{folder}")
    try:
        loaded: type = getattr(module, type_name)
    except AttributeError as error:
        raise ImportError(f"{package} has no {folder}/{type_name}") from error
    return loaded
