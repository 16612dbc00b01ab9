"""Age of images and memory in the diagnostics."""

from diagnostic_msgs.msg import DiagnosticStatus
from image_messages import image
from node_process import NodeProcess, StartNode
from ros_harness import Robot, values_of
from sensor_msgs.msg import Image

MIB = 2**20


def is_model(status: DiagnosticStatus) -> bool:
    return status.name.endswith(": model")


def test_age_counts_from_stamp_to_processing(robot: Robot, start_node: StartNode) -> None:
    node = start_node()
    robot.bring_up(node.name)
    with (
        robot.camera(node) as camera,
        robot.subscribed(f"{node.name}/camera/mask", Image) as masks,
    ):
        for _ in range(5):
            masks.clear()
            camera.publish(image(robot.stamp_ns() - 3_000_000_000))
            masks.wait()
        status = robot.status(
            node.name, lambda status: values_of(status).get("images received") == "5"
        )
    values = values_of(status)
    p50, p99 = (float(values[f"age {part} (ms)"]) for part in ("p50", "p99"))
    assert 3000.0 <= p50 <= p99
    # Masks are published after the processing begins.
    assert p50 < float(values["latency p50 (ms)"])


def test_memory_of_process_and_device(robot: Robot, active_node: NodeProcess) -> None:
    values = values_of(robot.status(active_node.name, is_model))
    reported = float(values["resident memory (MiB)"])
    assert 0.5 < reported / (active_node.resident_bytes() / MIB) < 2.0
    assert values["device"] == "cpu"
    assert not [key for key in values if "GPU" in key]


def test_memory_is_reported_before_configuration(robot: Robot, start_node: StartNode) -> None:
    node = start_node()
    status = robot.status(node.name, is_model)
    assert status.message == "unconfigured"
    assert float(values_of(status)["resident memory (MiB)"]) > 10.0
