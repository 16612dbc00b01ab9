"""The Foxglove layout: complete panels, on topics that the node declares."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samwise_ros.interface import topics

LAYOUT = json.loads(
    (Path(__file__).parents[1] / "config" / "foxglove_layout.json").read_text("utf-8")
)
PANELS: dict[str, Any] = LAYOUT["configById"]
TYPES = {
    topic.name_for("camera").replace("~", "/samwise_node"): topic.type_name.replace("/msg/", "/")
    for topic in (*topics.INPUTS, *topics.OUTPUTS, *topics.OPTIONAL_OUTPUTS)
}
TYPES = {name if name[0] == "/" else f"/{name}": kind for name, kind in TYPES.items()}
TYPES["/rosout"] = "rcl_interfaces/Log"  # of every node
ANY = set(TYPES.values())
# The settings of each kind of panel that name topics, and the types that the panel can show.
SHOWN = {
    "Image": {
        "imageMode.imageTopic": {"sensor_msgs/Image", "sensor_msgs/CompressedImage"},
        "imageMode.annotations": {"foxglove_msgs/ImageAnnotations"},
    },
    "3D": {"topics": {"visualization_msgs/MarkerArray", "geometry_msgs/PoseStamped"}},
    "Publish": {"topicName": {"std_msgs/String"}},
    "StateTransitions": {"paths": ANY},
    "RawMessages": {"topicPath": ANY},
    "RosOut": {"topicToRender": {"rcl_interfaces/Log"}},
    "DiagnosticSummary": {"topicToRender": {"diagnostic_msgs/DiagnosticArray"}},
}


def panel_ids(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
        return
    assert set(tree) <= {"direction", "first", "second", "splitPercentage"}
    assert tree["direction"] in ("row", "column")
    assert 0 < tree.get("splitPercentage", 50) < 100
    yield from panel_ids(tree["first"])
    yield from panel_ids(tree["second"])


def setting(config: dict[str, Any], name: str) -> list[str]:
    """Return the topics of a setting: a text, the keys of an object, or paths."""
    value: Any = config
    for part in name.split("."):
        value = value[part]
    names = [one["value"] for one in value] if isinstance(value, list) else value
    return [names] if isinstance(names, str) else list(names)


def test_every_panel_is_placed_once() -> None:
    assert sorted(panel_ids(LAYOUT["layout"])) == sorted(PANELS)


@pytest.mark.parametrize("panel", PANELS)
def test_panels_show_declared_topics_of_a_type_they_support(panel: str) -> None:
    for name, types in SHOWN[panel.split("!", maxsplit=1)[0]].items():
        if name == "imageMode.annotations" and panel == "Image!overlay":
            continue  # they are drawn already
        for path in setting(PANELS[panel], name):
            assert TYPES[path.split(".")[0]] in types, path


def test_paths_name_fields_of_the_messages() -> None:
    for panel, config in PANELS.items():
        for name in SHOWN[panel.split("!")[0]]:
            for path in setting(config, name) if name in ("paths", "topicPath") else ():
                topic, *names = path.split(".")
                definitions = Path(__file__).parents[1] / "msg"
                kind = TYPES[topic].split("/")[1]
                for field in (one.split("[")[0] for one in names):
                    lines = (definitions / f"{kind}.msg").read_text().splitlines()
                    (declared,) = [one.split()[0] for one in lines if one.split()[1:2] == [field]]
                    kind = declared.removesuffix("[]").split("/")[-1]


def test_command_is_sent_with_its_type() -> None:
    command = PANELS["Publish!command"]
    assert command["datatype"] == topics.COMMAND.type_name
    assert list(json.loads(command["value"])) == ["data"]
