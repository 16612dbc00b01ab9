"""Why ROS 2 cannot start, in one line."""


def start_problem(error: Exception) -> str:
    """Describe an error of ``rclpy.init``.

    >>> print(start_problem(RuntimeError("Failed to create log directory, at ./logging.c:75")))
    ROS 2 cannot start: Failed to create log directory; set ROS_LOG_DIR to a writable folder
    """
    text = f"ROS 2 cannot start: {str(error).partition(', at ')[0].strip()}"
    return f"{text}; set ROS_LOG_DIR to a writable folder" if "log" in text else text
