"""Goals when the node ends, and commands of goals in memory files."""

import subprocess
import sys
from pathlib import Path

from find_rig import ABORTED, SUCCEEDED, Result, find_rig
from lifecycle_msgs.msg import Transition
from node_process import StartNode
from ros_harness import Robot


def test_only_kept_commands_are_restored(
    robot: Robot, start_node: StartNode, tmp_path: Path
) -> None:
    parameters = {
        "model": "tabletop",
        "memory_path": tmp_path / "kitchen.samwise",
        "save_memory_on_deactivate": True,
    }
    node = start_node(namespace="kitchen", **parameters)
    robot.bring_up(node.name)
    with find_rig(robot, node) as rig:
        kept = rig.started(keep_tracking=True)
        searched = rig.started(keep_tracking=True, confident_frames=1000)
        while not kept.response.done():
            rig.frame()
        kept.result(SUCCEEDED, Result.FOUND)
        assert robot.trigger(f"{node.name}/save_memory").success
        assert robot.trigger(f"{node.name}/load_memory").success
        reason = searched.result(ABORTED, Result.REMOVED).reason
        assert reason == "the command was removed by ~/load_memory"
        assert rig.command_ids() == [kept.command_id]
        goals = [rig.started() for _ in range(3)]
        code, seconds = node.end()
        assert (code, seconds < 5.0) == (0, True)
        for goal in goals:
            assert goal.result(ABORTED, Result.REMOVED).reason == "the node is shutting down"
        assert "Traceback" not in node.log
    robot.forget(node.name)

    node = start_node(namespace="kitchen", **parameters)
    robot.bring_up(node.name)
    with find_rig(robot, node) as rig:
        assert rig.command_ids() == [kept.command_id]
        goal = rig.started()
        assert robot.change_state(node.name, Transition.TRANSITION_ACTIVE_SHUTDOWN)
        assert goal.result(ABORTED, Result.REMOVED).reason == "the node was deactivated"
        assert rig.goal().result(ABORTED, Result.REJECTED).reason == "the node is not active"


def test_node_is_destroyed_after_shutdown_with_a_goal(tmp_path: Path) -> None:
    program = Path(__file__).with_name("destroyed_node.py")
    command = [sys.executable, str(program), "--ros-args", "-p", "device:=cpu"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.stdout.endswith("destroyed\n"), done.stderr
    assert "Traceback" not in done.stderr
