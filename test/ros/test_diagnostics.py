"""What the diagnostics tell of age and memory."""

from conftest import StartNode
from diagnostic_msgs.msg import DiagnosticStatus
from ros_harness import NodeProcess, Robot, image, values_of
from sensor_msgs.msg import Image
from test_commands import resident_bytes

MIB = 2**20


def of_the_model(status: DiagnosticStatus) -> bool:
    return status.name.endswith(": model")


def test_the_age_of_images_as_they_are_taken(robot: Robot, start_node: StartNode) -> None:
    node = start_node()
    robot.bring_up(node.name)
    with (
        robot.camera(node) as camera,
        robot.listening(f"{node.name}/camera/mask", Image) as masks,
    ):
        for _ in range(5):
            masks.clear()
            camera.publish(image(robot.stamp_ns() - 3_000_000_000))
            masks.wait()
        status = robot.diagnosis(
            node.name, lambda one: values_of(one).get("images received") == "5"
        )
    values = values_of(status)
    middle, most = (float(values[f"age {part} (ms)"]) for part in ("p50", "p99"))
    assert 3000.0 <= middle <= most
    # Masks go out after their image was taken.
    assert middle < float(values["latency p50 (ms)"])


def test_the_memory_of_process_and_device(robot: Robot, active_node: NodeProcess) -> None:
    values = values_of(robot.diagnosis(active_node.name, of_the_model))
    told = float(values["resident memory (MiB)"])
    assert 0.5 < told / (resident_bytes(active_node) / MIB) < 2.0
    assert values["device"] == "cpu"
    assert not [key for key in values if "GPU" in key]


def test_the_memory_is_told_before_there_is_a_model(robot: Robot, start_node: StartNode) -> None:
    node = start_node()
    status = robot.diagnosis(node.name, of_the_model)
    assert status.message == "unconfigured"
    assert float(values_of(status)["resident memory (MiB)"]) > 10.0
