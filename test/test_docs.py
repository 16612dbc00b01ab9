"""The documentation matches the code; as a program, this regenerates the tables in it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from samwise_ros.cli.main import SUBCOMMANDS
from samwise_ros.engine.types import EventKind
from samwise_ros.interface import actions, services, topics
from samwise_ros.interface.actions import Action
from samwise_ros.interface.parameter_spec import spec_of
from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.services import Service
from samwise_ros.interface.topics import Topic

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / name
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "docs/interface.md",
        "docs/nav2.md",
        "docs/troubleshooting.md",
        "docs/results.md",
        "docs/performance.md",
        "docs/reliability.md",
        "docs/security.md",
        "docs/training.md",
        "docs/world.md",
    )
]
CHANGES = {"never": "no", "unconfigured": "while unconfigured", "always": "any time"}
TABLE = re.compile(
    r"(<!-- (\w+): made by test/test_docs.py from .*? -->\n)(.*?)(<!-- end of \2 -->)",
    re.DOTALL,
)
QOS = {"reliable": "R", "best_effort": "BE", "volatile": "V", "transient_local": "TL"}
README_ROWS = (topics.IMAGE, topics.COMMAND, topics.MASK, topics.TARGETS, topics.EVENTS)


def type_link(name: str, root: str) -> str:
    """Return a type as the graph names it, without its folder; this package's types as links."""
    package, folder, short = name.split("/")
    shown = f"{package}/{short}"
    return f"[{shown}]({root}{folder}/{short}.{folder})" if package == "samwise_ros" else shown


def topic_table(declared: Iterable[Topic]) -> str:
    """Return topics as a table in Markdown."""
    lines = ["| topic | type | QoS | description |", "|---|---|---|---|"]
    for topic in declared:
        reliability = QOS[topic.reliability] if topic.reliability else "as offered,"
        qos = f"{reliability} {QOS[topic.durability]} KL{topic.depth}"
        if topic.deadline_s is not None:
            qos += f", deadline {topic.deadline_s:g} s"
        kind = type_link(topic.type_name, "../")
        lines.append(f"| `{topic.name}` | {kind} | {qos} | {topic.description} |")
    return "\n".join(lines) + "\n"


def service_table() -> str:
    """Return the services as a table in Markdown."""
    lines = ["| service | type | description |", "|---|---|---|"]
    for service in services.SERVICES:
        kind = type_link(service.type_name, "../")
        lines.append(f"| `{service.name}` | {kind} | {service.description} |")
    return "\n".join(lines) + "\n"


def action_table() -> str:
    """Return the actions as a table in Markdown."""
    lines = ["| action | type | description |", "|---|---|---|"]
    for action in actions.ACTIONS:
        kind = type_link(action.type_name, "../")
        lines.append(f"| `{action.name}` | {kind} | {action.description} |")
    return "\n".join(lines) + "\n"


def readme_table() -> str:
    """Return the most important topics as a table in Markdown."""
    lines = ["| topic | type | description |", "|---|---|---|"]
    for topic in README_ROWS:
        kind = type_link(topic.type_name, "")
        lines.append(f"| `{topic.name}` | {kind} | {topic.description} |")
    return "\n".join(lines) + "\n"


def parameter_table() -> str:
    """Return the parameters as a table in Markdown."""
    lines = ["| parameter | default | values | can change | description |", "|---|---|---|---|---|"]
    for own in fields(Parameters):
        spec = spec_of(own)
        several = isinstance(own.default, tuple)
        default = ", ".join(map(str, own.default)) if several else own.default
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        values = ", ".join(spec.choices)
        if spec.bounds:
            values = "{:.10g} to {:.10g}".format(*spec.bounds)
        text = spec.description.replace("<", "&lt;")
        lines.append(f"| `{own.name}` | {shown} | {values} | {CHANGES[spec.change]} | {text} |")
    return "\n".join(lines) + "\n"


TABLES: dict[str, Callable[[], str]] = {
    "interface": readme_table,
    "inputs": lambda: topic_table(topics.INPUTS),
    "outputs": lambda: topic_table(topics.OUTPUTS),
    "optional": lambda: topic_table(topics.OPTIONAL_OUTPUTS),
    "services": service_table,
    "actions": action_table,
    "parameters": parameter_table,
}


def test_tables_are_up_to_date() -> None:
    found = {one[2]: one[3] for page in PAGES for one in TABLE.finditer(page.read_text())}
    assert found == {name: make() for name, make in TABLES.items()}, "run: python test/test_docs.py"


def test_every_declared_topic_service_and_action_is_in_a_table() -> None:
    declared_topics = [one for one in vars(topics).values() if isinstance(one, Topic)]
    assert declared_topics == [*topics.INPUTS, *topics.OUTPUTS, *topics.OPTIONAL_OUTPUTS]
    declared_services = [one for one in vars(services).values() if isinstance(one, Service)]
    assert declared_services == list(services.SERVICES)
    declared_actions = [one for one in vars(actions).values() if isinstance(one, Action)]
    assert declared_actions == list(actions.ACTIONS)


def test_limits_of_goals_are_documented() -> None:
    definition = (ROOT / "action" / "FindObject.action").read_text()
    assert f"float64 timeout_seconds {actions.DEFAULT_TIMEOUT_S}" in definition
    assert f"at most {actions.MAX_TIMEOUT_S:g}." in definition
    assert f"uint16 confident_frames {actions.DEFAULT_CONFIDENT_FRAMES}\n" in definition
    assert f"1 to {actions.MAX_CONFIDENT_FRAMES}." in definition


def test_rviz_shows_declared_topics() -> None:
    """Of the default camera, in a quality of service that the node offers."""
    config = yaml.safe_load((ROOT / "config" / "samwise.rviz").read_text())
    declared = {
        topic.name_for("camera").replace("~", "/samwise_node"): topic for topic in topics.OUTPUTS
    }
    shown = [one["Topic"] for one in config["Visualization Manager"]["Displays"] if "Topic" in one]
    assert shown
    for display in shown:
        topic = declared[display["Value"]]
        requested = display["Reliability Policy"].lower().replace(" ", "_")
        assert requested in ("best_effort", topic.reliability)
        assert display["Durability Policy"].lower().replace(" ", "_") == topic.durability


def test_every_kind_of_event_is_documented() -> None:
    page = ROOT / "docs" / "interface.md"
    documented = re.findall(r"^\| ([A-Z, ]+) \|", page.read_text(), re.MULTILINE)
    assert set(", ".join(documented).split(", ")) == {kind.name for kind in EventKind}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_subcommands_targets_and_launch_arguments_exist(page: Path) -> None:
    text = page.read_text()
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (page.parent / link).exists(), link
    blocks = "\n".join(re.findall(r"```\w*\n(.*?)```", text, re.DOTALL))
    assert set(re.findall(r"^samwise (\w+)", blocks, re.MULTILINE)) <= set(SUBCOMMANDS)
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([\w-]+)", blocks, re.MULTILINE)) <= targets
    launch = "".join(path.read_text() for path in (ROOT / "launch").glob("*.launch.py"))
    for command in re.findall(r"ros2 launch samwise_ros (.*)", blocks):
        for argument in re.findall(r"(\w+):=", command):
            assert f'"{argument}"' in launch, argument


if __name__ == "__main__":
    for page in PAGES:
        updated = TABLE.sub(lambda m: m[1] + TABLES[m[2]]() + m[4], page.read_text())
        page.write_text(updated)
