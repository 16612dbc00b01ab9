"""What a launch needs is found before it starts a process. The tests need no launch package."""

import os
from pathlib import Path

import pytest

from samwise_ros.ros.launch import checks
from samwise_ros.ros.launch.parameter_file import read_parameters

KNOWN = ("image", "model", "cameras", "rviz")
ROOT = Path(__file__).parents[3]
OURS = str(ROOT / "launch" / "samwise.launch.py")
COMMAND = ["/opt/ros/jazzy/bin/ros2", "launch", "samwise_ros"]


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty ROS prefix that is the only one."""
    prefix = tmp_path / "prefix"
    prefix.mkdir()
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(prefix))
    monkeypatch.setenv("ROS_DISTRO", "jazzy")
    return prefix


def install(prefix: Path, package: str) -> None:
    """Put a package into the ament index."""
    index = prefix / "share" / "ament_index" / "resource_index" / "packages"
    index.mkdir(parents=True, exist_ok=True)
    (index / package).touch()


def program(path: Path) -> None:
    """Make an executable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


def test_mistyped_argument_lists_the_right_ones_and_the_closest() -> None:
    problem = checks.name_problem(["model", "imgae", "zzz"], KNOWN)
    assert problem == (
        "unknown launch argument 'imgae' (did you mean 'image'?), 'zzz'; "
        "expected one of image, model, cameras, rviz"
    )
    assert checks.name_problem(["image", "rviz"], KNOWN) is None


@pytest.mark.parametrize(
    "command", [[*COMMAND, "samwise.launch.py", "imgae:=/x"], ["launch/samwise.launch.py"], ["x"]]
)
def test_arguments_of_the_launched_file_are_checked(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    given = checks.directly_given(OURS, ["ros2", *command], ["imgae"])
    assert given == ["imgae"]


def test_arguments_of_including_launch_files_are_not_checked() -> None:
    command = [*COMMAND, "robot.launch.py", "robot_name:=arm"]
    assert checks.directly_given(OURS, command, ["robot_name", "camera"]) == []
    command = [*COMMAND, "bag.launch.py"]
    configurations = ["bag", checks.NAMES_CHECKED]
    assert checks.directly_given(OURS, command, configurations) == []


@pytest.mark.parametrize("place", [["my_robot", "samwise.launch.py"], ["my/samwise.launch.py"]])
def test_file_of_the_same_name_may_include_ours(place: list[str]) -> None:
    command = ["ros2", "launch", *place, "robot_name:=arm"]
    assert checks.directly_given(OURS, command, ["robot_name"]) == []


def test_launch_and_launch_ros_set_configurations_too() -> None:
    command = [*COMMAND, "samwise.launch.py"]
    given = ["launch-prefix", "launch-prefix-filter", "ros_namespace", "global_params", "image"]
    assert checks.directly_given(OURS, command, given) == ["image"]


def test_missing_package_is_named_with_its_remedy(packages: Path) -> None:
    problem = checks.package_problem("rviz2", "rviz:=true", "rviz2")
    assert problem is not None
    assert "rviz:=true" in problem
    assert "sudo apt install ros-jazzy-rviz2" in problem
    install(packages, "rviz2")
    assert "is missing" in str(checks.package_problem("rviz2", "rviz:=true", "rviz2"))
    program(packages / "lib" / "rviz2" / "rviz2")
    assert checks.package_problem("rviz2", "rviz:=true", "rviz2") is None
    assert "ros-jazzy-tf2-ros" in str(checks.package_problem("tf2_ros", "target_frame"))


def test_player_needs_the_ros2_command_and_ros2bag(
    packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(packages / "bin"))
    assert "ros2 command" in str(checks.player_problem("bag.launch.py"))
    program(packages / "bin" / "ros2")
    assert "ros-jazzy-ros2bag" in str(checks.player_problem("bag.launch.py"))
    install(packages, "ros2bag")
    assert checks.player_problem("bag.launch.py") is None


def test_bag_is_a_file_or_a_recorded_folder(tmp_path: Path) -> None:
    assert "add bag:=PATH" in str(checks.bag_problem(None))
    assert "does not exist" in str(checks.bag_problem(tmp_path / "none.mcap"))
    assert "no metadata.yaml" in str(checks.bag_problem(tmp_path))
    (tmp_path / "drive.mcap").touch()
    assert checks.bag_problem(tmp_path) is None
    assert checks.bag_problem(tmp_path / "drive.mcap") is None


@pytest.mark.parametrize("rate", ["0", "-1", "fast", "nan", "inf", ""])
def test_rate_is_a_positive_number(rate: str) -> None:
    assert f"rate: expected a number above 0, got {rate!r}" == checks.rate_problem(rate)
    assert checks.rate_problem("0.5") is None


def test_model_is_known_by_name_or_a_folder_of_three_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMWISE_HOME", str(tmp_path / "home"))
    assert checks.model_problem("model", "tabletop") is None
    assert "tablet: no such model folder" in str(checks.model_problem("model", "tablet"))
    released = str(checks.model_problem("model", "samwise_mevis"))
    assert "samwise download samwise_mevis" in released
    (tmp_path / "config.json").touch()
    incomplete = str(checks.model_problem("model", str(tmp_path)))
    assert incomplete.endswith("it lacks model.safetensors, tokenizer.json")


def test_memory_file_needs_its_folder(tmp_path: Path) -> None:
    assert checks.memory_problem("memory", tmp_path / "kitchen.samwise") is None
    missing = str(checks.memory_problem("memory", tmp_path / "none" / "kitchen.samwise"))
    assert f"the folder {tmp_path / 'none'} does not exist" in missing
    assert "expected a file" in str(checks.memory_problem("memory", tmp_path))


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(checks.LaunchError, match=r"^one; two; nothing was started$"):
        checks.raise_for([None, "one", "two"])
    checks.raise_for([None])


@pytest.mark.parametrize("content", ["a: [", "text", "- 1", "\x00", "[" * 500])
def test_file_that_holds_no_parameters_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(content)
    with pytest.raises(checks.LaunchError, match=f"params_file: {path}"):
        read_parameters(path, "")


@pytest.mark.parametrize(
    ("section", "applies"),
    [
        ("/**", True),
        ("/robot/samwise_node", True),
        ("robot/samwise_node", True),
        ("/*/samwise_node", True),
        ("/**/samwise_node", True),
        ("samwise_node", False),
        ("/*", False),
        ("/robot/other", False),
    ],
)
def test_parameters_are_those_of_the_node(section: str, applies: bool, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(f"{section}: {{ros__parameters: {{model: mine}}}}\n")
    assert read_parameters(path, "/robot/") == ({"model": "mine"} if applies else {})


def test_nested_namespaces_of_a_parameter_file_are_read(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("robot: {samwise_node: {ros__parameters: {target_frame: base_link}}}\n")
    assert read_parameters(path, "robot") == {"target_frame": "base_link"}
    assert read_parameters(path, "") == {}


def test_unreadable_file_is_no_file(tmp_path: Path) -> None:
    assert "expected a file" in str(checks.file_problem("params_file", tmp_path))
    assert "does not exist" in str(checks.file_problem("params_file", tmp_path / "none"))
    assert checks.file_problem("params_file", Path(os.__file__)) is None
