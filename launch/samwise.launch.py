"""Starts the samwise node and, unless told otherwise, configures and activates it.

Examples:
    ros2 launch samwise_ros samwise.launch.py image:=/robot/image_raw command:="the red mug"
    ros2 launch samwise_ros samwise.launch.py cameras:=front,wrist image:=/robot/CAMERA/image_raw
"""

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    OpaqueFunction,
    SetEnvironmentVariable,
)
from launch.conditions import IfCondition
from launch.substitutions import EnvironmentVariable, LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import LifecycleNode, Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

CONFIG = PathJoinSubstitution([FindPackageShare("samwise_ros"), "config"])
PROFILES = "FASTRTPS_DEFAULT_PROFILES_FILE"

# Given, these override the parameter file; empty, they leave what it says.
OVERRIDES = ("model", "device", "command")
# Stands for each camera's name in the names of topics.
PLACEHOLDER = "CAMERA"
# Arguments that name topics, and what the node calls those.
TOPICS = (
    ("image", "image_raw"),
    ("depth_image", "depth/image_raw"),
    ("camera_info", "camera_info"),
)


def arguments() -> list[DeclareLaunchArgument]:
    """What can be said on the command line, as `ros2 launch -s` shows it."""
    return [
        DeclareLaunchArgument("namespace", default_value="", description="of the node"),
        DeclareLaunchArgument(
            "params_file",
            default_value=PathJoinSubstitution([CONFIG, "samwise.yaml"]),
            description="the node's parameters, in YAML",
        ),
        DeclareLaunchArgument(
            "model", default_value="", description="a shipped model's name, or a model folder"
        ),
        DeclareLaunchArgument("device", default_value="", description="auto, cpu, cuda or cuda:N"),
        DeclareLaunchArgument("command", default_value="", description="the first sentence"),
        DeclareLaunchArgument(
            "cameras",
            default_value="",
            description="names of the cameras, with commas between; empty: the parameters say it, "
            "and the topics of a camera of another name than camera are as the node has them",
        ),
        DeclareLaunchArgument(
            "image",
            default_value=f"{PLACEHOLDER}/image_raw",
            description="the image topic, with CAMERA in place of the camera's name; compressed "
            "images are at <image>/compressed",
        ),
        DeclareLaunchArgument(
            "memory",
            default_value="",
            description="a file: memories are saved to it at the end, and gone on from at start",
        ),
        DeclareLaunchArgument(
            "depth",
            default_value="",
            description="true: depth images tell where the targets are in space",
        ),
        DeclareLaunchArgument(
            "depth_image",
            default_value=f"{PLACEHOLDER}/depth/image_raw",
            description="the topic of depth that is aligned to the image, likewise",
        ),
        DeclareLaunchArgument(
            "camera_info",
            default_value=f"{PLACEHOLDER}/camera_info",
            description="the topic of the camera's parameters, likewise",
        ),
        DeclareLaunchArgument(
            "autostart", default_value="true", description="configure and activate at once"
        ),
        DeclareLaunchArgument(
            "rviz", default_value="false", description="show mask and overlay in rviz"
        ),
        DeclareLaunchArgument(
            "log_level", default_value="info", description="debug, info, warn, error or fatal"
        ),
    ]


def nodes(context: LaunchContext) -> list[Node]:
    """The node with the arguments given, and rviz."""
    given = {name: context.launch_configurations[name] for name in OVERRIDES}
    memory = context.launch_configurations["memory"]
    named = context.launch_configurations["cameras"]
    cameras = [name.strip() for name in named.split(",")] if named else ["camera"]
    samwise = LifecycleNode(
        package="samwise_ros",
        executable="samwise_node",
        name="samwise_node",
        namespace=LaunchConfiguration("namespace"),
        parameters=[
            LaunchConfiguration("params_file"),
            # As text whatever it says: YAML would read the sentence "yes" as true.
            {name: ParameterValue(text, value_type=str) for name, text in given.items() if text},
            {"autostart": LaunchConfiguration("autostart")},
            {"memory_path": file(memory), "save_memory_on_deactivate": True} if memory else {},
            {"cameras": cameras} if named else {},
            {"use_depth": LaunchConfiguration("depth")}
            if context.launch_configurations["depth"]
            else {},
        ],
        remappings=[
            pair for argument, topic in TOPICS for pair in topics(argument, topic, context, cameras)
        ],
        ros_arguments=["--log-level", LaunchConfiguration("log_level")],
        output="both",
        emulate_tty=True,
    )
    return [samwise, rviz(context, cameras[0])]


def file(path: str) -> str:
    """The whole path of a file that is named from here, or from the home with ~."""
    return str(Path(path).expanduser().resolve())


def topics(
    argument: str, topic: str, context: LaunchContext, cameras: list[str]
) -> list[tuple[str, str]]:
    """What a topic of each camera is called."""
    named = context.launch_configurations[argument]
    if len(cameras) > 1 and PLACEHOLDER not in named:
        raise ValueError(
            f"{argument}: expected {PLACEHOLDER} in it with several cameras, got {named!r}"
        )
    ends = ("", "/compressed") if argument == "image" else ("",)
    return [
        (f"{camera}/{topic}{end}", named.replace(PLACEHOLDER, camera) + end)
        for camera in cameras
        for end in ends
    ]


def rviz(context: LaunchContext, camera: str) -> Node:
    """Rviz with its configuration, whose topics follow the node and the first camera's name."""
    namespace = context.launch_configurations["namespace"].strip("/")
    node = f"/{namespace}/samwise_node" if namespace else "/samwise_node"
    return Node(
        package="rviz2",
        executable="rviz2",
        arguments=["-d", PathJoinSubstitution([CONFIG, "samwise.rviz"])],
        remappings=[
            (f"/samwise_node/camera/{name}", f"{node}/{camera}/{name}")
            for name in ("mask", "overlay")
        ],
        condition=IfCondition(LaunchConfiguration("rviz")),
    )


def generate_launch_description() -> LaunchDescription:
    """Entry point of `ros2 launch`."""
    profile = PathJoinSubstitution([CONFIG, "fastdds.xml"])
    return LaunchDescription(
        [
            *arguments(),
            SetEnvironmentVariable(PROFILES, EnvironmentVariable(PROFILES, default_value=profile)),
            OpaqueFunction(function=nodes),
        ]
    )
