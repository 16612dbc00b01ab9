"""Replays a recorded bag beside the samwise node, which then runs on the bag's time.

The bag begins when the node is active, so that no image is missed while a model is loaded. All
arguments of samwise.launch.py may be given too.

Example: ros2 launch samwise_ros bag.launch.py bag:=drive.mcap command:="the red mug" rviz:=true
"""

from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    RegisterEventHandler,
)
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution, ThisLaunchFileDir
from launch_ros.actions import SetParameter
from launch_ros.event_handlers import OnStateTransition


def arguments() -> list[DeclareLaunchArgument]:
    """What can be said beside the arguments of samwise.launch.py."""
    return [
        DeclareLaunchArgument("bag", description="the recorded folder or file"),
        DeclareLaunchArgument("rate", default_value="1.0", description="times as fast as recorded"),
    ]


def replay() -> ExecuteProcess:
    """The player; what a node found when the bag was recorded is not said again."""
    return ExecuteProcess(
        cmd=[
            *("ros2", "bag", "play", LaunchConfiguration("bag")),
            *("--clock", "--rate", LaunchConfiguration("rate")),
            *("--exclude-regex", ".*/samwise_node/.*"),
        ],
        output="both",
    )


def generate_launch_description() -> LaunchDescription:
    """Entry point of `ros2 launch`."""
    when_active = OnStateTransition(goal_state="active", entities=[replay()], handle_once=True)
    node = PathJoinSubstitution([ThisLaunchFileDir(), "samwise.launch.py"])
    return LaunchDescription(
        [
            *arguments(),
            SetParameter("use_sim_time", True),
            RegisterEventHandler(when_active),
            IncludeLaunchDescription(node),
        ]
    )
