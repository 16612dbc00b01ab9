"""Replays a recorded bag and starts the samwise node with the time of the bag.

The replay begins when the node is active, so no image is lost while the model loads. If the replay
fails, the launch ends. All arguments of samwise.launch.py are accepted too.

Example: ros2 launch samwise_ros bag.launch.py bag:=drive.mcap command:="the red mug" rviz:=true
"""

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    OpaqueFunction,
    RegisterEventHandler,
    SetLaunchConfiguration,
)
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import SetParameter
from launch_ros.event_handlers import OnStateTransition

from samwise_ros.ros.launch import checks

NODE_LAUNCH = PythonLaunchDescriptionSource(str(Path(__file__).with_name("samwise.launch.py")))


def arguments() -> list[DeclareLaunchArgument]:
    """Declare the arguments that samwise.launch.py does not have."""
    return [
        DeclareLaunchArgument(
            "bag", default_value="", description="a bag: an .mcap or .db3 file, or its folder"
        ),
        DeclareLaunchArgument(
            "rate",
            default_value="1.0",
            description="speed of the replay, relative to the recording",
        ),
    ]


def replay(context: LaunchContext) -> list[RegisterEventHandler]:
    """Check the bag and its player, and prepare the replay."""
    named, rate = (context.launch_configurations[name] for name in ("bag", "rate"))
    bag = Path(named).expanduser().resolve() if named else None
    checks.raise_for(
        [
            checks.bag_problem(bag),
            checks.rate_problem(rate),
            checks.player_problem("bag.launch.py"),
        ]
    )
    player = ExecuteProcess(
        cmd=[
            *("ros2", "bag", "play", str(bag)),
            *("--clock", "--rate", rate),
            # The bag may hold what a node published when it was recorded.
            *("--exclude-regex", ".*/samwise_node/.*"),
        ],
        output="both",
    )
    when_active = OnStateTransition(goal_state="active", entities=[player], handle_once=True)
    return [
        RegisterEventHandler(when_active),
        RegisterEventHandler(OnProcessExit(target_action=player, on_exit=end_if_failed)),
    ]


def end_if_failed(event: ProcessExited, context: LaunchContext) -> None:
    """End the launch if the player fails: the node would wait for images that never arrive."""
    if event.returncode != 0 and not context.is_shutdown:
        raise RuntimeError(
            f"ros2 bag play ended with exit code {event.returncode}; see its output above"
        )


def generate_launch_description() -> LaunchDescription:
    """Entry point of `ros2 launch`."""
    declared = arguments()
    return LaunchDescription(
        [
            OpaqueFunction(function=checks.check_names, args=[__file__, declared, NODE_LAUNCH]),
            SetLaunchConfiguration(checks.NAMES_CHECKED, "true"),
            *declared,
            OpaqueFunction(function=replay),
            SetParameter("use_sim_time", True),
            IncludeLaunchDescription(NODE_LAUNCH),
        ]
    )
