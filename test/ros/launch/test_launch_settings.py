"""Parameters, topics and the rviz configuration follow from launch arguments."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.launch.checks import LaunchError
from samwise_ros.ros.launch.rviz_config import rviz_config
from samwise_ros.ros.launch.settings import SWITCHES, TEXTS, TOPICS, LaunchSettings

ROOT = Path(__file__).parents[3]
# As samwise.launch.py declares them; a test compares the names.
DEFAULTS = {
    "namespace": "",
    "params_file": str(ROOT / "config" / "samwise.yaml"),
    **dict.fromkeys(TEXTS, ""),
    **dict.fromkeys(SWITCHES, ""),
    **{argument: f"CAMERA/{topic}" for argument, topic in TOPICS.items()},
    "cameras": "",
    "memory": "",
    "rviz": "false",
    "fixed_frame": "",
    "log_level": "info",
}


def settings(**arguments: str) -> LaunchSettings:
    return LaunchSettings.read({**DEFAULTS, **arguments})


def declared_arguments(file: str = "samwise.launch.py") -> list[str]:
    """Names of the arguments in the launch file's source."""
    tree = ast.parse((ROOT / "launch" / file).read_text())
    return [
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("text", "switch", "DeclareLaunchArgument")
        and isinstance(call.args[0], ast.Constant)
    ]


def test_launch_file_declares_every_argument() -> None:
    assert sorted(declared_arguments()) == sorted(DEFAULTS)


def test_every_argument_is_documented() -> None:
    page = (ROOT / "docs" / "interface.md").read_text()
    rows = re.findall(r"^\| `(\w+):=` \|", page, re.MULTILINE)
    assert sorted(rows) == sorted(declared_arguments())


def test_page_about_nav2_names_the_arguments_and_parameters_of_following() -> None:
    page = (ROOT / "docs" / "nav2.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert rows == declared_arguments("follow_object.launch.py")
    file = yaml.safe_load((ROOT / "config" / "nav2_following.yaml").read_text())
    parameters = file["/**/following_server"]["ros__parameters"]
    assert parameters["fixed_frame"] == "odom"
    for name in ("detection_timeout", "max_retries", "search_by_rotating", "skip_orientation"):
        assert name in parameters
        assert f"`{name}" in page


def test_empty_arguments_override_nothing() -> None:
    assert settings().overrides == {}


def test_arguments_override_parameters_of_the_node(tmp_path: Path) -> None:
    found = settings(
        depth="true",
        target_frame="base_link",
        publish_tf="1",
        autostart="False",
        command="yes",
        cameras="front, wrist",
        image_transport="compressed",
        memory=str(tmp_path / "kitchen.samwise"),
    )
    assert found.overrides == {
        "use_depth": True,
        "target_frame": "base_link",
        "publish_tf": True,
        "autostart": False,
        "command": "yes",
        "cameras": ["front", "wrist"],
        "image_transport": "compressed",
        "memory_path": str(tmp_path / "kitchen.samwise"),
        "save_memory_on_deactivate": True,
    }
    assert set(found.overrides) <= set(vars(Parameters()))


def test_each_camera_has_its_topics() -> None:
    found = settings(cameras="front,wrist", image="/robot/CAMERA/image_raw").remaps()
    assert ("front/image_raw", "/robot/front/image_raw") in found
    assert ("wrist/image_raw/compressed", "/robot/wrist/image_raw/compressed") in found
    assert ("wrist/camera_info", "wrist/camera_info") in found
    compressed = settings(depth_image="/depth", depth_transport="compressedDepth")
    own = "camera/depth/image_raw/compressedDepth"
    assert (own, "/depth/compressedDepth") in compressed.remaps()
    assert compressed.overrides == {"depth_transport": "compressedDepth"}


def test_missing_things_are_reported_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    found = settings(
        model="nothing",
        memory=str(tmp_path / "none" / "kitchen.samwise"),
        rviz="true",
        depth="true",
        target_frame="base_link",
        publish_tf="true",
        cameras="front,wrist",
        image="/image_raw",
    )
    with pytest.raises(LaunchError) as error:
        found.check()
    for part in (
        "model: ",
        "memory: ",
        "rviz:=true: ",
        "target_frame: needs the ROS package tf2_ros",
        "publish_tf: needs the ROS package tf2_msgs",
        "image: expected CAMERA in it",
        "nothing was started",
    ):
        assert part in str(error.value)
    settings().check()


def test_parameter_file_is_checked_like_arguments(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("/**: {ros__parameters: {model: nothing, memory_path: /none/m.samwise}}\n")
    with pytest.raises(LaunchError, match=r"model: nothing: .*memory: the folder /none"):
        settings(params_file=str(path)).check()
    with pytest.raises(LaunchError, match=r"params_file: .* does not exist"):
        settings(params_file=str(tmp_path / "none.yaml"))


def test_frames_without_depth_are_refused() -> None:
    with pytest.raises(LaunchError, match="target_frame: has no effect without depth"):
        settings(target_frame="base_link").check()


def test_fixed_frame_is_given_or_the_target_frame_or_the_cameras(tmp_path: Path) -> None:
    assert settings().fixed_frame == "camera_link"
    assert settings(cameras="front,wrist").fixed_frame == "front_link"
    assert settings(target_frame="base_link").fixed_frame == "base_link"
    assert settings(target_frame="base_link", fixed_frame="map").fixed_frame == "map"
    path = tmp_path / "params.yaml"
    path.write_text("samwise_node: {ros__parameters: {target_frame: odom, cameras: [left]}}\n")
    assert settings(params_file=str(path)).fixed_frame == "odom"
    assert settings(params_file=str(path)).cameras == ["left"]


def test_rviz_shows_every_camera_of_the_node_in_the_fixed_frame() -> None:
    template = (ROOT / "config" / "samwise.rviz").read_text()
    node = settings(namespace="/robot").node
    manager = yaml.safe_load(rviz_config(template, node, ["front", "wrist"], "base_link"))[
        "Visualization Manager"
    ]
    assert manager["Global Options"]["Fixed Frame"] == "base_link"
    topics = [one["Topic"]["Value"] for one in manager["Displays"] if "Topic" in one]
    names = ("overlay", "mask", "markers")
    assert topics == [
        f"/robot/samwise_node/{camera}/{name}" for name in names for camera in ("front", "wrist")
    ]
    assert "rviz_default_plugins/TF" in [one["Class"] for one in manager["Displays"]]
    assert len({one["Name"] for one in manager["Displays"]}) == len(manager["Displays"])


def test_launch_process_loads_neither_torch_nor_opencv() -> None:
    """The robot's own Python may lack torch, and importing it takes seconds."""
    code = (
        "import sys, samwise_ros.ros.launch.settings\n"
        "print(sorted({'torch', 'cv2', 'launch', 'rclpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
