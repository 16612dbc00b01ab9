"""Starts the samwise node with depth, and Nav2's following server; see docs/nav2.md.

The robot stands still until a goal is sent to the action follow_object. All arguments of
samwise.launch.py are accepted too; use_sim_time and namespace apply to Nav2's nodes as well.

Example:
    ros2 launch samwise_ros follow_object.launch.py model:=samwise_mevis image:=/robot/image_raw \
        command:="the person in the red coat"
"""

from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    IncludeLaunchDescription,
    OpaqueFunction,
    SetLaunchConfiguration,
)
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import Node

from samwise_ros.ros.launch import checks
from samwise_ros.ros.launch.settings import TRUE

NODE_LAUNCH = PythonLaunchDescriptionSource(str(Path(__file__).with_name("samwise.launch.py")))
FOLLOWING = Path(__file__).resolve().parents[1] / "config" / "nav2_following.yaml"


def arguments() -> list[DeclareLaunchArgument]:
    """Declare the arguments that samwise.launch.py does not have."""
    return [
        DeclareLaunchArgument(
            "following_file",
            default_value=str(FOLLOWING),
            description="YAML file of the following server's parameters",
        ),
        DeclareLaunchArgument(
            "cmd_vel",
            default_value="cmd_vel",
            description="topic of the following server's velocities",
        ),
    ]


def following(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Check that Nav2 is installed, and return the following server and its lifecycle manager."""
    given = context.launch_configurations
    file = Path(given["following_file"]).expanduser().resolve()
    name = "follow_object.launch.py"
    checks.raise_for(
        [
            checks.file_problem("following_file", file),
            checks.package_problem("opennav_following", name, "opennav_following"),
            checks.package_problem("nav2_lifecycle_manager", name, "lifecycle_manager"),
        ]
    )
    sim_time = {"use_sim_time": given.get("use_sim_time", "") in TRUE}
    namespace = given.get("namespace", "")
    return [
        Node(
            package="opennav_following",
            executable="opennav_following",
            name="following_server",
            namespace=namespace,
            parameters=[str(file), sim_time],
            remappings=[("cmd_vel", given["cmd_vel"])],
            output="both",
        ),
        Node(
            package="nav2_lifecycle_manager",
            executable="lifecycle_manager",
            name="lifecycle_manager_following",
            namespace=namespace,
            parameters=[{"autostart": True, "node_names": ["following_server"]}, sim_time],
            output="both",
        ),
    ]


def generate_launch_description() -> LaunchDescription:
    """Entry point of `ros2 launch`."""
    declared = arguments()
    return LaunchDescription(
        [
            OpaqueFunction(function=checks.check_names, args=[__file__, declared, NODE_LAUNCH]),
            SetLaunchConfiguration(checks.NAMES_CHECKED, "true"),
            *declared,
            OpaqueFunction(function=following),
            IncludeLaunchDescription(NODE_LAUNCH, launch_arguments={"depth": "true"}.items()),
        ]
    )
