"""The documentation says what the code does; as a program, this renews the tables in it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from samwise_ros.cli.main import SUBCOMMANDS
from samwise_ros.engine.types import EventKind
from samwise_ros.interface import topics as interface
from samwise_ros.interface.parameters import Parameters
from samwise_ros.interface.topics import Service, Topic

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / name
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "docs/interface.md",
        "docs/performance.md",
        "docs/reliability.md",
        "docs/security.md",
        "docs/training.md",
    )
]
WHEN = {"never": "no", "unconfigured": "while unconfigured", "always": "any time"}
TABLE = re.compile(
    r"(<!-- (\w+): made by test/test_docs.py from .*? -->\n)(.*?)(<!-- end of \2 -->)", re.DOTALL
)
QUALITY = {"RELIABLE": "R", "BEST_EFFORT": "BE", "VOLATILE": "V", "TRANSIENT_LOCAL": "TL"}
README_ROWS = (
    interface.IMAGE,
    interface.COMMAND,
    interface.MASK,
    interface.LABEL_MASK,
    interface.TARGETS,
    interface.OVERLAY,
    interface.TARGET_POSE,
    interface.EVENTS,
    interface.DIAGNOSTICS,
)


def type_name(kind: type, root: str) -> str:
    """Name a message or service as ROS does; our own with a link."""
    package, folder, _ = kind.__module__.split(".")
    name = f"{package}/{kind.__name__}"
    return f"[{name}]({root}{folder}/{kind.__name__}.msg)" if package == "samwise_ros" else name


def topic_table(topics: Iterable[Topic]) -> str:
    """Give topics as a table in Markdown."""
    lines = ["| topic | type | QoS | |", "|---|---|---|---|"]
    for one in topics:
        reliability = QUALITY[one.reliability.name] if one.reliability else "as offered,"
        quality = f"{reliability} {QUALITY[one.durability.name]} KL{one.depth}"
        kind = type_name(one.kind, "../")
        lines.append(f"| `{one.name}` | {kind} | {quality} | {one.about} |")
    return "\n".join(lines) + "\n"


def service_table() -> str:
    """Give the services as a table in Markdown."""
    lines = ["| service | type | |", "|---|---|---|"]
    for one in interface.SERVICES:
        lines.append(f"| `{one.name}` | {type_name(one.kind, '../')} | {one.about} |")
    return "\n".join(lines) + "\n"


def readme_table() -> str:
    """Give what most need of the interface as a table in Markdown."""
    lines = ["| topic | type | |", "|---|---|---|"]
    for one in README_ROWS:
        lines.append(f"| `{one.name}` | {type_name(one.kind, '')} | {one.about} |")
    return "\n".join(lines) + "\n"


def parameter_table() -> str:
    """Give the parameters as a table in Markdown."""
    lines = ["| parameter | default | values | changes | |", "|---|---|---|---|---|"]
    for own in fields(Parameters):
        about = own.metadata
        several = isinstance(own.default, tuple)
        default = ", ".join(map(str, own.default)) if several else own.default
        shown = str(default).lower() if isinstance(default, bool) else str(default)
        values = ", ".join(about["choices"])
        if about["bounds"]:
            values = "{:.10g} to {:.10g}".format(*about["bounds"])
        text = about["description"].replace("<", "&lt;")
        lines.append(f"| `{own.name}` | {shown} | {values} | {WHEN[about['change']]} | {text} |")
    return "\n".join(lines) + "\n"


MADE: dict[str, Callable[[], str]] = {
    "interface": readme_table,
    "inputs": lambda: topic_table(interface.INPUTS),
    "outputs": lambda: topic_table(interface.OUTPUTS),
    "services": service_table,
    "parameters": parameter_table,
}


def test_the_tables_are_the_codes() -> None:
    found = {one[2]: one[3] for page in PAGES for one in TABLE.finditer(page.read_text())}
    assert found == {name: make() for name, make in MADE.items()}, "run: python test/test_docs.py"


def test_every_declared_topic_and_service_is_in_a_table() -> None:
    declared = [one for one in vars(interface).values() if isinstance(one, Topic | Service)]
    assert declared == [*interface.INPUTS, *interface.OUTPUTS, *interface.SERVICES]


def test_rviz_shows_topics_that_are_declared() -> None:
    """In a quality of service that the node offers, of the camera that is the default."""
    config = yaml.safe_load((ROOT / "config" / "samwise.rviz").read_text())
    declared = {
        one.of("camera").replace("~", "/samwise_node"): one.profile() for one in interface.OUTPUTS
    }
    shown = [one["Topic"] for one in config["Visualization Manager"]["Displays"] if "Topic" in one]
    assert shown
    for topic in shown:
        offered = declared[topic["Value"]]
        wanted = topic["Reliability Policy"].upper().replace(" ", "_")
        assert wanted in ("BEST_EFFORT", offered.reliability.name)
        assert topic["Durability Policy"].upper() == offered.durability.name


def test_every_kind_of_event_is_explained() -> None:
    page = ROOT / "docs" / "interface.md"
    explained = re.findall(r"^\| ([A-Z, ]+) \|", page.read_text(), re.MULTILINE)
    assert set(", ".join(explained).split(", ")) == {kind.name for kind in EventKind}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
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
        renewed = TABLE.sub(lambda m: m[1] + MADE[m[2]]() + m[4], page.read_text())
        page.write_text(renewed)
