"""The documentation says what the code does; as a program, this renews the parameters' table."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from samwise_ros.cli.main import SUBCOMMANDS
from samwise_ros.engine.types import EventKind
from samwise_ros.ros.parameters import Parameters

ROOT = Path(__file__).parents[1]
INTERFACE = ROOT / "docs" / "interface.md"
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
TABLE = re.compile(r"(<!-- parameters: .*? -->\n)(.*)(<!-- end of parameters -->)", re.DOTALL)


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


def test_the_table_of_parameters_is_the_codes() -> None:
    found = TABLE.search(INTERFACE.read_text())
    assert found is not None
    assert found[2] == parameter_table(), "run: python test/test_docs.py"


def test_topics_and_services_are_the_codes() -> None:
    source = "".join(path.read_text() for path in (ROOT / "samwise_ros" / "ros").glob("*.py"))
    made = {name.replace("{camera}", "<camera>") for name in re.findall(r'"(~/[^" ]+)"', source)}
    told = set(re.findall(r"^\| `(~/[^`]+)`", INTERFACE.read_text(), re.MULTILINE))
    assert told == made


def test_every_kind_of_event_is_explained() -> None:
    explained = re.findall(r"^\| ([A-Z, ]+) \|", INTERFACE.read_text(), re.MULTILINE)
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
    INTERFACE.write_text(
        TABLE.sub(lambda m: m[1] + parameter_table() + m[3], INTERFACE.read_text())
    )
