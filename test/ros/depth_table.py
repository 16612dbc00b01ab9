"""A generated tabletop scene with depth in front of a node."""

from contextlib import ExitStack

import cv2
import numpy as np
from image_messages import image
from node_process import NodeProcess
from numpy.typing import NDArray
from ros_harness import Robot
from sensor_msgs.msg import CameraInfo, Image

from samwise_ros.data.painted.scene import PaintedScene

WIDTH, HEIGHT, FOCAL = 320, 240, 280.0
PERIOD_NS = 100_000_000
NEAR_M, FAR_M = 0.7, 1.8  # depth of the table at the lower and upper edge of the image
BULGE_M = 0.05  # of an object's middle towards the camera

Array = NDArray[np.float64]


def depth_of(masks: NDArray[np.bool_]) -> Array:
    """Return the (H, W) depth in metres of a table and of (N, H, W) upright objects on it."""
    table = 1.0 / np.interp(np.arange(HEIGHT), (0, HEIGHT - 1), (1.0 / FAR_M, 1.0 / NEAR_M))
    depth = np.repeat(table[:, None], WIDTH, axis=1)
    for mask in masks:
        if mask.any():
            inner = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
            foot = table[np.flatnonzero(mask.any(axis=1)).max()]
            depth[mask] = foot - BULGE_M * np.sqrt(inner[mask] / inner.max())
    return depth


def centre_of(mask: NDArray[np.bool_], depth: Array) -> Array:
    """Return the (3,) mean of the surface under a mask."""
    rows, columns = np.nonzero(mask)
    x, y = (columns - WIDTH / 2) / FOCAL, (rows - HEIGHT / 2) / FOCAL
    points = np.column_stack([x, y, np.ones(len(x))]) * depth[mask][:, None]
    return np.asarray(points.mean(axis=0))


class DepthTable:
    """Sends images with depth, and knows the position of the object that the sentence describes."""

    def __init__(self, seed: int, robot: Robot, node: NodeProcess, stack: ExitStack) -> None:
        self.scene = PaintedScene(seed, WIDTH, HEIGHT)
        _, self.sentence, self._object = self.scene.script(16)[0]
        self._begin_ns = robot.stamp_ns()
        names = node.name.replace("samwise_node", "camera")
        self._images = stack.enter_context(robot.camera(node))
        self._depths = stack.enter_context(robot.publisher(f"{names}/depth/image_raw", Image))
        self._infos = stack.enter_context(robot.publisher(f"{names}/camera_info", CameraInfo))
        robot.say(node, self.sentence)

    def send(self, index: int, metres: bool = False) -> tuple[Image, Array]:
        """Send a frame; return the image and the object's true (3,) position."""
        pixels, masks = self.scene.frame(index)
        depth, stamp_ns = depth_of(masks), self._begin_ns + index * PERIOD_NS
        info = CameraInfo(width=WIDTH, height=HEIGHT)
        info.k = [FOCAL, 0.0, WIDTH / 2, 0.0, FOCAL, HEIGHT / 2, 0.0, 0.0, 1.0]
        message = image(stamp_ns, pixels)
        info.header = message.header
        self._infos.publish(info)
        if metres:
            self._depths.publish(image(stamp_ns, depth.astype("<f4"), "32FC1"))
        else:
            self._depths.publish(image(stamp_ns, np.rint(1000 * depth).astype("<u2"), "16UC1"))
        self._images.publish(message)
        return message, centre_of(masks[self._object], depth)
