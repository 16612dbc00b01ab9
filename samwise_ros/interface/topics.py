"""Every topic of the node: its name, its type, its quality of service, and what it is for.

The tables in README.md and docs/interface.md are generated from this module.
"""

from dataclasses import dataclass
from typing import Literal

NODE_NAME = "samwise_node"
"""Usual name of the node. In a topic's name, ``~`` stands for the full name of the node."""

Reliability = Literal["reliable", "best_effort"]
Durability = Literal["volatile", "transient_local"]


@dataclass(frozen=True)
class Topic:
    """A topic of the node.

    Attributes:
        name: ``<camera>`` stands for a camera's name.
        type_name: message type, such as ``sensor_msgs/msg/Image``.
        depth: number of messages that are kept.
        description: what the topic is for, in Markdown.
        reliability: ``None`` follows the reliability of the publishers.
        durability: ``transient_local`` also delivers the last messages to late subscribers.
        deadline_s: longest time between two messages that the publisher offers, in seconds; a
            subscription that requests a shorter one is incompatible. ``None`` offers none.
    """

    name: str
    type_name: str
    depth: int
    description: str
    reliability: Reliability | None = "reliable"
    durability: Durability = "volatile"
    deadline_s: float | None = None

    def name_for(self, camera: str) -> str:
        """Return the topic's name for a camera.

        >>> MASK.name_for("front")
        '~/front/mask'
        """
        return self.name.replace("<camera>", camera)


IMAGE = Topic(
    "<camera>/image_raw",
    "sensor_msgs/msg/Image",
    1,
    "camera images; remap this relative name to the camera's topic; reliable if every publisher is "
    "reliable, else best effort (`image_reliability`)",
    reliability=None,
)
COMPRESSED_IMAGE = Topic(
    "<camera>/image_raw/compressed",
    "sensor_msgs/msg/CompressedImage",
    1,
    "replaces `image_raw` if `image_transport` is `compressed`",
    reliability=None,
)
DEPTH = Topic(
    "<camera>/depth/image_raw",
    "sensor_msgs/msg/Image",
    5,
    "with `use_depth`: 16UC1 in millimetres or 32FC1 in metres, aligned to the image, of its size "
    "or scaled in proportion; its stamp differs from the image's by at most 20 ms",
    "best_effort",
)
COMPRESSED_DEPTH = Topic(
    "<camera>/depth/image_raw/compressedDepth",
    "sensor_msgs/msg/CompressedImage",
    5,
    "used instead of `depth/image_raw` if `depth_transport` is `compressedDepth`; PNG or RVL",
    "best_effort",
)
CAMERA_INFO = Topic(
    "<camera>/camera_info",
    "sensor_msgs/msg/CameraInfo",
    1,
    "with `use_depth`: calibration of the image",
    "best_effort",
)
COMMAND = Topic(
    "~/command",
    "std_msgs/msg/String",
    10,
    "a sentence, typed or from a speech recogniser; replaces the commands or adds one "
    "(`command_mode`); an empty sentence or one of `stop_phrases` clears all commands",
)
COMMAND_REQUEST = Topic(
    "~/command_request",
    "samwise_ros/msg/Command",
    10,
    "for programs: id, sentence and TRACK, PAUSE, RESUME, RESET or REMOVE; TRACK adds a command",
)
INPUTS = (
    IMAGE,
    COMPRESSED_IMAGE,
    DEPTH,
    COMPRESSED_DEPTH,
    CAMERA_INFO,
    COMMAND,
    COMMAND_REQUEST,
)

MASK = Topic(
    "~/<camera>/mask",
    "sensor_msgs/msg/Image",
    2,
    "mono8, 0 or 255: mask of the first target of `targets`; one for each processed frame, all "
    "zero if the target is not visible",
)
LABEL_MASK = Topic(
    "~/<camera>/label_mask",
    "sensor_msgs/msg/Image",
    2,
    "mono8: 0 is background, other values are labels of commands; a command keeps its label",
)
TARGETS = Topic(
    "~/<camera>/targets",
    "samwise_ros/msg/TargetArray",
    2,
    "for each processed frame: mask, box, score and state of each target; latency and dropped "
    "frames",
    deadline_s=0.25,
)
TARGET_STATES = Topic(
    "~/<camera>/target_states",
    "samwise_ros/msg/TargetStateArray",
    1,
    "latched: state, stamp and last event of each target, for late subscribers; one message for "
    "each change; empty while the node is inactive",
    durability="transient_local",
)
OVERLAY = Topic(
    "~/<camera>/overlay",
    "sensor_msgs/msg/Image",
    1,
    "rgb8: the image with coloured masks, sentences, states and scores; drawn only for subscribers",
)
COMPRESSED_OVERLAY = Topic(
    "~/<camera>/overlay/compressed", "sensor_msgs/msg/CompressedImage", 1, "the overlay as JPEG"
)
TARGET_POSE = Topic(
    "~/<camera>/target_pose",
    "geometry_msgs/msg/PoseStamped",
    1,
    "with `use_depth`: position of the first target of `targets`; only if the depth is reliable",
)
TARGET_POSES = Topic(
    "~/<camera>/target_poses",
    "samwise_ros/msg/TargetPoseArray",
    1,
    "with `use_depth`: for grasping, position with covariance of each target with reliable depth, "
    "and the box around its visible surface",
)
MASKED_DEPTH = Topic(
    "~/<camera>/masked_depth",
    "sensor_msgs/msg/Image",
    1,
    "with `use_depth`: the depth within the mask of that target, for depth_image_proc",
)
MASKED_INFO = Topic(
    "~/<camera>/camera_info",
    "sensor_msgs/msg/CameraInfo",
    1,
    "with `use_depth`: calibration of the camera, with the stamp of `masked_depth`",
)
MARKERS = Topic(
    "~/<camera>/markers",
    "visualization_msgs/msg/MarkerArray",
    1,
    "with `use_depth`: box, sentence and distance of each target that has a position, for rviz",
)
EVENTS = Topic(
    "~/events",
    "samwise_ros/msg/TargetEvent",
    50,
    "one message for each change: a target is found, lost or switched, a command is added or "
    "rejected, and so on",
)
COMMANDS = Topic(
    "~/commands",
    "samwise_ros/msg/CommandArray",
    1,
    "latched: the active commands with their labels",
    durability="transient_local",
)
DIAGNOSTICS = Topic(
    "/diagnostics",
    "diagnostic_msgs/msg/DiagnosticArray",
    10,
    "one status for the model and one for each camera, in every state of the node",
)
OUTPUTS = (
    MASK,
    LABEL_MASK,
    TARGETS,
    TARGET_STATES,
    OVERLAY,
    COMPRESSED_OVERLAY,
    TARGET_POSE,
    TARGET_POSES,
    MASKED_DEPTH,
    MASKED_INFO,
    MARKERS,
    EVENTS,
    COMMANDS,
    DIAGNOSTICS,
)

DETECTIONS = Topic(
    "~/<camera>/detections",
    "vision_msgs/msg/Detection2DArray",
    2,
    "for each processed frame: box, score and sentence of each target that has a mask; the id is "
    "the command's id",
)
DETECTIONS_3D = Topic(
    "~/<camera>/detections_3d",
    "vision_msgs/msg/Detection3DArray",
    2,
    "with `use_depth`: the poses and boxes of `target_poses`, with score and sentence",
)
LABEL_INFO = Topic(
    "~/<camera>/label_info",
    "vision_msgs/msg/LabelInfo",
    1,
    "latched: the sentence of each label of `label_mask`",
    durability="transient_local",
)
ANNOTATIONS = Topic(
    "~/<camera>/annotations",
    "foxglove_msgs/msg/ImageAnnotations",
    1,
    "for each processed frame: box, outline and sentence of each target, for Foxglove",
)
OPTIONAL_OUTPUTS = (DETECTIONS, DETECTIONS_3D, LABEL_INFO, ANNOTATIONS)
"""Outputs that exist if the package of their type is installed."""
