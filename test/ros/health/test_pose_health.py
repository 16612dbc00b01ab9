"""A target without poses is not healthy."""

from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import PoseStamped
from health_rig import camera_status
from node_process import StartNode
from ros_harness import Robot
from tracked_scene import scene_pixels, tracked_scene

FRAMES = 12


def test_missing_poses_are_a_warning_with_reason_and_count(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(model="tabletop", use_depth=True, input_timeout=60.0)
    with tracked_scene(robot, node) as scene:
        for index in range(3):
            scene.send(scene_pixels(index))
        with robot.subscribed(f"{node.name}/camera/target_pose", PoseStamped):
            visible = 0
            while visible < FRAMES:
                _, target = scene.send(scene_pixels(3 + visible))
                visible += target.roi.width > 0
            reason = (
                rf"no depth: no publisher on {node.name.rsplit('/', 1)[0]}/camera/depth/image_raw"
            )
            status = camera_status(
                robot, node, rf"no pose on the last \d+ frames with a target: {reason}"
            )
    assert status.level == DiagnosticStatus.WARN
    missing = int(status.message.split()[5])
    assert FRAMES - 3 <= missing <= FRAMES  # the node may learn of the subscription a little later
