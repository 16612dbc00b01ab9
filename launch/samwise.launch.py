"""Starts the samwise node and, by default, configures and activates it.

The launch first checks its arguments and looks for the files, models and packages that it needs. If
any is missing, nothing is started.

Examples:
    ros2 launch samwise_ros samwise.launch.py model:=samwise_mevis image:=/robot/image_raw \
        command:="the red mug"
    ros2 launch samwise_ros samwise.launch.py cameras:=front,wrist image:=/robot/CAMERA/image_raw
    ros2 launch samwise_ros samwise.launch.py depth:=true target_frame:=base_link rviz:=true
"""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, LogInfo, OpaqueFunction, SetEnvironmentVariable
from launch.logging import launch_config
from launch.substitutions import EnvironmentVariable
from launch_ros.actions import LifecycleNode, Node
from launch_ros.parameter_descriptions import ParameterValue

from samwise_ros.interface.topics import NODE_NAME
from samwise_ros.ros.launch import checks
from samwise_ros.ros.launch.rviz_config import rviz_config
from samwise_ros.ros.launch.settings import FALSE, PLACEHOLDER, TRUE, LaunchSettings, whole_path

CONFIG = Path(get_package_share_directory("samwise_ros")) / "config"
PROFILES = "FASTRTPS_DEFAULT_PROFILES_FILE"


def text(name: str, description: str, default: str = "") -> DeclareLaunchArgument:
    """Declare an argument of any text."""
    return DeclareLaunchArgument(name, default_value=default, description=description)


def switch(name: str, description: str, default: str = "") -> DeclareLaunchArgument:
    """Declare an argument that is true or false, or empty if that is the default."""
    choices = [*TRUE, *FALSE, *([] if default else [""])]
    return DeclareLaunchArgument(
        name, default_value=default, choices=choices, description=description
    )


def arguments() -> list[DeclareLaunchArgument]:
    """Declare the arguments. An empty one leaves the parameter file's value."""
    return [
        text("namespace", "namespace of the node"),
        text("params_file", "YAML file of the node's parameters", str(CONFIG / "samwise.yaml")),
        text("model", "name of a model, or path of a model folder"),
        text("device", "auto, cpu, cuda or cuda:N"),
        text("command", "sentence to track from the start"),
        text(
            "cameras",
            "names of the cameras, separated by commas; empty: those of the parameter file, "
            "and only the topics of a camera named camera are remapped",
        ),
        text(
            "image",
            "image topic; CAMERA stands for the camera's name; compressed images are at "
            "<image>/compressed",
            f"{PLACEHOLDER}/image_raw",
        ),
        DeclareLaunchArgument(
            "image_transport",
            default_value="",
            choices=["", "raw", "compressed"],
            description="raw subscribes to the image topic, compressed to <image>/compressed",
        ),
        text(
            "memory",
            "file that the node saves its memories to when it stops, and loads when it starts",
        ),
        switch("depth", "whether to compute 3D positions from depth images"),
        text(
            "depth_image",
            "topic of depth images that are aligned to the image, with CAMERA as in image",
            f"{PLACEHOLDER}/depth/image_raw",
        ),
        DeclareLaunchArgument(
            "depth_transport",
            default_value="",
            choices=["", "raw", "compressedDepth"],
            description="raw subscribes to depth_image, compressedDepth to "
            "<depth_image>/compressedDepth",
        ),
        text(
            "camera_info",
            "topic of the camera's calibration, with CAMERA as in image",
            f"{PLACEHOLDER}/camera_info",
        ),
        text("target_frame", "tf frame of the targets' poses; empty: the image's optical frame"),
        switch("publish_tf", "whether to publish the tf frame <camera>_target"),
        switch("autostart", "whether to configure and activate the node", "true"),
        switch("use_sim_time", "whether the node uses the time of /clock"),
        switch("rviz", "whether to start rviz with overlay, mask, markers and tf", "false"),
        text(
            "fixed_frame",
            "fixed frame of rviz; empty: target_frame, or else <camera>_link of the first camera",
        ),
        DeclareLaunchArgument(
            "log_level",
            default_value="info",
            choices=["debug", "info", "warn", "error", "fatal"],
            description="log level of the node",
        ),
    ]


def nodes(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check the arguments, and return the node and rviz."""
    settings = LaunchSettings.read(context.launch_configurations)
    settings.check()
    samwise = LifecycleNode(
        package="samwise_ros",
        executable="samwise_node",
        name=NODE_NAME,
        namespace=settings.arguments["namespace"],
        parameters=[
            str(whole_path(settings.arguments["params_file"])),
            # Text stays text: YAML would read the sentence "yes" as true.
            {
                name: ParameterValue(value, value_type=str) if isinstance(value, str) else value
                for name, value in settings.overrides.items()
            },
        ],
        remappings=settings.remaps(),
        ros_arguments=["--log-level", settings.arguments["log_level"]],
        output="both",
        emulate_tty=True,
    )
    return [samwise, *(rviz(settings) if settings.rviz else ())]


def rviz(settings: LaunchSettings) -> list[LaunchDescriptionEntity]:
    """Return rviz with a configuration for the node, its cameras and the fixed frame."""
    frame = settings.fixed_frame
    file = Path(launch_config.log_dir) / "samwise.rviz"
    template = (CONFIG / "samwise.rviz").read_text()
    file.write_text(rviz_config(template, settings.node, settings.cameras, frame))
    return [
        LogInfo(msg=f"rviz: the fixed frame is {frame!r}; fixed_frame:=FRAME changes it"),
        Node(
            package="rviz2",
            executable="rviz2",
            arguments=["-d", str(file)],
            # bag.launch.py sets it for all nodes, which False would undo.
            parameters=[{"use_sim_time": True}] if settings.parameters.get("use_sim_time") else [],
        ),
    ]


def generate_launch_description() -> LaunchDescription:
    """Entry point of `ros2 launch`."""
    declared = arguments()
    profile = EnvironmentVariable(PROFILES, default_value=str(CONFIG / "fastdds.xml"))
    return LaunchDescription(
        [
            OpaqueFunction(function=checks.check_names, args=[__file__, declared]),
            *declared,
            SetEnvironmentVariable(PROFILES, profile),
            OpaqueFunction(function=nodes),
        ]
    )
