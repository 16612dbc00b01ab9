"""With ``use_sim_time`` all times are the simulation's, however long it takes on the wall."""

from builtin_interfaces.msg import Time
from conftest import StartNode
from diagnostic_msgs.msg import DiagnosticArray
from ros_harness import Robot, image, values_of, wait_for
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image

from samwise_ros.msg import TargetArray, TargetEvent

SECOND = 1_000_000_000
NOW_S = 1000


def test_latency_age_and_max_frame_age_are_simulated(robot: Robot, start_node: StartNode) -> None:
    node = start_node(use_sim_time=True, max_frame_age=1.0)
    robot.bring_up(node.name)
    with (
        robot.speaking("/clock", Clock) as clock,
        robot.camera(node) as camera,
        robot.listening(f"{node.name}/camera/targets", TargetArray) as targets,
        robot.listening(f"{node.name}/events", TargetEvent) as events,
        robot.listening("/diagnostics", DiagnosticArray) as health,
    ):

        def is_now(second: int) -> bool:
            """Let the simulation stand at a second, until the node knows."""
            clock.publish(Clock(clock=Time(sec=second)))
            return any(
                one.header.stamp == Time(sec=second)
                for one in list(health.messages)
                if one.status[0].name.startswith(node.name[1:])
            )

        wait_for(lambda: is_now(NOW_S))
        robot.say(node, "the red ball")
        assert events.wait().header.stamp == Time(sec=NOW_S)
        too_old = image(NOW_S * SECOND - 2 * SECOND)
        camera.publish(too_old)
        robot.diagnosis(
            node.name, lambda one: values_of(one).get("dropped: older than max_frame_age") == "1"
        )
        sent = image(NOW_S * SECOND - SECOND // 2)
        camera.publish(sent)
        found = targets.wait()
        assert found.header == sent.header  # and none of the one that was too old
        assert found.latency_seconds == 0.5
        assert found.inference_seconds > 0.0
        wait_for(lambda: is_now(NOW_S + 1))
        camera.publish(image((NOW_S + 1) * SECOND))
        assert targets.wait(lambda one: one.header.stamp.sec == NOW_S + 1).latency_seconds == 0.0
        # Of the ages 2000, 500 and 0 ms; latencies are those of the two that were not dropped.
        values = values_of(
            robot.diagnosis(node.name, lambda one: values_of(one).get("age p50 (ms)") == "500.0")
        )
    assert values["age p99 (ms)"] == "1970.0"
    assert values["latency p50 (ms)"] == "250.0"


def test_images_of_another_clock_have_no_age(robot: Robot, start_node: StartNode) -> None:
    """Before a simulation's clock is heard it is 0; then the wall's stamps are decades away."""
    node = start_node(use_sim_time=True)
    robot.bring_up(node.name)
    with (
        robot.camera(node) as camera,
        robot.listening(f"{node.name}/camera/mask", Image) as masks,
    ):
        camera.publish(image(robot.stamp_ns()))
        masks.wait()
        values = values_of(
            robot.diagnosis(node.name, lambda one: values_of(one).get("images received") == "1")
        )
    assert values["age p50 (ms)"] == "nan"
