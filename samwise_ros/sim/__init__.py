"""The simulated robot: an SO-101 arm, a table with things and a camera, as ROS 2 processes."""

import os

# Of Mesa's software renderer: camera, arm and node share the cores.
os.environ.setdefault("LP_NUM_THREADS", "1")
