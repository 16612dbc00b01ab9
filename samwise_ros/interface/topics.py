"""Every topic and service of the node: its name, type and quality of service, and what it is for.

The tables in README.md and docs/interface.md are made of this.
"""

from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped
from rclpy.lifecycle import LifecycleNode
from rclpy.lifecycle.publisher import LifecyclePublisher
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger
from visualization_msgs.msg import MarkerArray

from samwise_ros.msg import Command, CommandArray, TargetArray, TargetEvent


@dataclass(frozen=True)
class Topic:
    """A topic of the node.

    Attributes:
        name: ``<camera>`` stands for a camera's name.
        kind: the message.
        depth: messages that are kept for who is slow.
        about: what it is for, in Markdown.
        reliability: ``None``: as the publishers offer it.
        durability: of what is kept for those who come late.
    """

    name: str
    kind: type
    depth: int
    about: str
    reliability: ReliabilityPolicy | None = ReliabilityPolicy.RELIABLE
    durability: DurabilityPolicy = DurabilityPolicy.VOLATILE

    def of(self, camera: str) -> str:
        """Name the topic of a camera."""
        return self.name.replace("<camera>", camera)

    def profile(self, offered: ReliabilityPolicy | None = None) -> QoSProfile:
        """Give its quality of service; ``offered`` is for a topic that follows the publishers."""
        return QoSProfile(
            history=HistoryPolicy.KEEP_LAST,
            depth=self.depth,
            reliability=offered or self.reliability,
            durability=self.durability,
        )


@dataclass(frozen=True)
class Service:
    """A service of the node: its name, its type, and what it is for."""

    name: str
    kind: type
    about: str


IMAGE = Topic(
    "<camera>/image_raw",
    Image,
    1,
    "relative, so that it can be remapped; reliable where every publisher is, else best effort "
    "(`image_reliability`)",
    reliability=None,
)
COMPRESSED_IMAGE = Topic(
    "<camera>/image_raw/compressed",
    CompressedImage,
    1,
    "instead of the former, with `image_transport` compressed",
    reliability=None,
)
DEPTH = Topic(
    "<camera>/depth/image_raw",
    Image,
    5,
    "with `use_depth`: 16UC1 in millimetres or 32FC1 in metres, aligned to the image, of its stamp "
    "or within 20 ms of it",
    ReliabilityPolicy.BEST_EFFORT,
)
CAMERA_INFO = Topic(
    "<camera>/camera_info",
    CameraInfo,
    1,
    "with `use_depth`: the image's own",
    ReliabilityPolicy.BEST_EFFORT,
)
COMMAND = Topic(
    "~/command",
    String,
    10,
    "a sentence, typed or from any speech recogniser; replaces the commands or adds one "
    "(`command_mode`); an empty one or one of `stop_phrases` clears",
)
COMMAND_REQUEST = Topic(
    "~/command_request",
    Command,
    10,
    "for programs: id, sentence and TRACK, PAUSE, RESUME, RESET or REMOVE; TRACK adds",
)
INPUTS = (IMAGE, COMPRESSED_IMAGE, DEPTH, CAMERA_INFO, COMMAND, COMMAND_REQUEST)

MASK = Topic(
    "~/<camera>/mask",
    Image,
    2,
    "mono8, 0 or 255: the first command's target; one per processed frame, all zero where it is "
    "not seen",
)
LABEL_MASK = Topic(
    "~/<camera>/label_mask",
    Image,
    2,
    "mono8: 0 background, else the command's label, which never changes while it lives",
)
TARGETS = Topic(
    "~/<camera>/targets",
    TargetArray,
    2,
    "per processed frame: each target's mask, box, score and state; latency and drops",
)
OVERLAY = Topic(
    "~/<camera>/overlay",
    Image,
    1,
    "rgb8, drawn only if someone listens: masks in colour, sentence, state, score",
)
COMPRESSED_OVERLAY = Topic("~/<camera>/overlay/compressed", CompressedImage, 1, "the same as JPEG")
TARGET_POSE = Topic(
    "~/<camera>/target_pose",
    PoseStamped,
    1,
    "with `use_depth`: where the first command's target is; only when it is sure",
)
MASKED_DEPTH = Topic(
    "~/<camera>/masked_depth",
    Image,
    1,
    "with `use_depth`: the depth under that target's mask, for depth_image_proc",
)
MASKED_INFO = Topic(
    "~/<camera>/camera_info",
    CameraInfo,
    1,
    "with `use_depth`: the camera's, with the stamp of `masked_depth`",
)
MARKERS = Topic("~/<camera>/markers", MarkerArray, 1, "with `use_depth`: all targets, for rviz")
EVENTS = Topic("~/events", TargetEvent, 50, "on change only, once: found, lost, switched, refused")
COMMANDS = Topic(
    "~/commands",
    CommandArray,
    1,
    "latched: what is looked for, with labels",
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
DIAGNOSTICS = Topic(
    "/diagnostics",
    DiagnosticArray,
    10,
    "one status for the model and one for each camera, in every state of the node",
)
OUTPUTS = (
    MASK,
    LABEL_MASK,
    TARGETS,
    OVERLAY,
    COMPRESSED_OVERLAY,
    TARGET_POSE,
    MASKED_DEPTH,
    MASKED_INFO,
    MARKERS,
    EVENTS,
    COMMANDS,
    DIAGNOSTICS,
)

ENABLE = Service(
    "~/enable", SetBool, "false: images pass by, model and memories stay; true: on again"
)
TOGGLE = Service("~/toggle", Trigger, "the other one of the two")
RESET_MEMORY = Service("~/reset_memory", Trigger, "every command is looked for afresh")
CLEAR = Service("~/clear", Trigger, "no more commands")
SAVE_MEMORY = Service(
    "~/save_memory", Trigger, "writes commands and memories to `memory_path`, whole or not at all"
)
LOAD_MEMORY = Service(
    "~/load_memory",
    Trigger,
    "goes on from them; a file that is damaged or of another model, camera or mode is refused with "
    "the reason, and nothing changes",
)
SERVICES = (ENABLE, TOGGLE, RESET_MEMORY, CLEAR, SAVE_MEMORY, LOAD_MEMORY)


def make_publisher(node: LifecycleNode, topic: Topic, camera: str = "") -> LifecyclePublisher:
    """Create the publisher of an output; ``qos_overrides`` may change its quality of service."""
    publisher: LifecyclePublisher = node.create_lifecycle_publisher(
        topic.kind,
        topic.of(camera),
        topic.profile(),
        qos_overriding_options=QoSOverridingOptions.with_default_policies(),
    )
    return publisher
