"""Search for an object on one camera after the other until it is found.

python examples/ros_switch_cameras.py "the red mug" front wrist    # cameras of the node
"""

import sys
from itertools import cycle

import rclpy

from samwise_ros import SamwiseClient

SECONDS_PER_CAMERA = 3.0

sentence, *cameras = sys.argv[1:]
rclpy.init()
client = SamwiseClient(rclpy.create_node("switch_cameras"))
for camera in cycle(cameras):
    # The same id and sentence: the command keeps its label, and only its cameras change.
    client.track(sentence, target_id="wanted", cameras=[camera])
    try:
        box = client.wait_until_tracked("wanted", SECONDS_PER_CAMERA).roi
    except TimeoutError:
        print(f"not on {camera}", flush=True)
    else:
        print(f"on {camera}: {box.width}x{box.height} pixels at ({box.x_offset}, {box.y_offset})")
        break
client.remove("wanted")
