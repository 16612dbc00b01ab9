"""With ``use_sim_time`` all times are simulated, independent of the wall clock."""

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from image_messages import image
from node_process import StartNode
from ros_harness import Robot, values_of, wait_for
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image

from samwise_ros.msg import TargetArray, TargetEvent

SECOND = 1_000_000_000
NOW_S = 1000


def test_ages_and_latency_use_simulated_time(robot: Robot, start_node: StartNode) -> None:
    node = start_node(use_sim_time=True, max_frame_age=1.0)
    robot.bring_up(node.name)
    with (
        robot.publisher("/clock", Clock) as clock,
        robot.camera(node) as camera,
        robot.subscribed(f"{node.name}/camera/targets", TargetArray) as targets,
        robot.subscribed(f"{node.name}/events", TargetEvent) as events,
        robot.subscribed("/diagnostics", DiagnosticArray) as diagnostics,
    ):

        def is_now(second: int) -> bool:
            """Publish a simulated second; return whether the node has received it."""
            clock.publish(Clock(clock=Time(sec=second)))
            return any(
                one.header.stamp == Time(sec=second)
                for one in list(diagnostics.messages)
                if one.status[0].name.startswith(node.name[1:])
            )

        wait_for(lambda: is_now(NOW_S))
        robot.say(node, "the red ball")
        assert events.wait().header.stamp == Time(sec=NOW_S)
        too_old = image(NOW_S * SECOND - 2 * SECOND)
        camera.publish(too_old)
        robot.status(
            node.name,
            lambda status: values_of(status).get("dropped: older than max_frame_age") == "1",
        )
        sent = image(NOW_S * SECOND - SECOND // 2)
        camera.publish(sent)
        found = targets.wait()
        assert found.header == sent.header  # and no targets of the image that was too old
        assert found.latency_seconds == 0.5
        assert found.inference_seconds > 0.0
        wait_for(lambda: is_now(NOW_S + 1))
        camera.publish(image((NOW_S + 1) * SECOND))
        assert (
            targets.wait(lambda targets: targets.header.stamp.sec == NOW_S + 1).latency_seconds
            == 0.0
        )
        # The ages are 2000, 500 and 0 ms; only the last two images have a latency.
        values = values_of(
            robot.status(node.name, lambda status: values_of(status).get("age p50 (ms)") == "500.0")
        )
    assert values["age p99 (ms)"] == "1970.0"
    assert values["latency p50 (ms)"] == "250.0"


def test_images_of_another_clock_have_no_age(robot: Robot, start_node: StartNode) -> None:
    """Without a simulated clock its time is 0, decades before stamps of the wall clock."""
    node = start_node(use_sim_time=True)
    robot.bring_up(node.name)
    with (
        robot.camera(node) as camera,
        robot.subscribed(f"{node.name}/camera/mask", Image) as masks,
    ):
        camera.publish(image(robot.stamp_ns()))
        masks.wait()
        values = values_of(
            robot.status(node.name, lambda status: values_of(status).get("images received") == "1")
        )
    assert values["age p50 (ms)"] == "nan"
