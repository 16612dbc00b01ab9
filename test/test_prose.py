"""The glossary: words that documentation, code and configuration files do not use."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each phrase, and what to write instead (architecture of the project: plain technical English).
GLOSSARY = {
    r"\bnobody\b": "no node, no publisher, no subscriber",
    r"\b(tells?|told)\b": "report, log, publish, state",
    r"\bgives\b": "returns, yields, publishes",
    r"\bhears?\b|\bheard\b": "receive",
    r"\bgo(es)? on\b|\bwent on\b": "continue, resume",
    r"\bof (its|their) own\b": "separate",
    r"\bthat is none\b": "invalid",
    r"\basked? for\b": "request, query",
    r"\bliving command": "active command",
    r"\bcomes? and goe?s?\b": "appear and disappear",
}

# Files that are checked line by line; all their text is prose, or words that prose may use.
DOCUMENTS = (
    "*.md",
    "docs/*.md",
    "samwise_ros/models/*/README.md",
    "action/*.action",
    "msg/*.msg",
    "config/*.xml",
    "config/*.yaml",
    "recipes/*.yaml",
    "package.xml",
    "pyproject.toml",
    "Makefile",
    "requirements*.txt",
)


def python_prose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield docstrings, help texts, comments and their line numbers."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("help", "description", "epilog"):
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.lineno, str(first.value.value)
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def faults(text: str) -> list[str]:
    """Return one line for each phrase of the glossary in a text."""
    return [
        f"{match[0]!r}: write {better}"
        for phrase, better in GLOSSARY.items()
        for match in re.finditer(phrase, text, re.IGNORECASE)
    ]


@pytest.mark.parametrize("folder", ["samwise_ros", "test", "launch", "examples"])
def test_docstrings_help_and_comments_use_standard_terms(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {fault}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != Path(__file__)
        for line, text in python_prose(path)
        for fault in faults(text)
    ]
    assert found == []


@pytest.mark.parametrize("files", DOCUMENTS)
def test_documents_and_configuration_use_standard_terms(files: str) -> None:
    pages = sorted(ROOT.glob(files))
    assert pages
    found = [
        f"{page.relative_to(ROOT)}:{number}: {fault}"
        for page in pages
        for number, line in enumerate(page.read_text().splitlines(), 1)
        for fault in faults(line)
    ]
    assert found == []


def test_a_phrase_of_the_dialect_is_found() -> None:
    assert faults("Nobody hears it.") == [
        "'Nobody': write no node, no publisher, no subscriber",
        "'hears': write receive",
    ]


def test_help_texts_are_checked(tmp_path: Path) -> None:
    source = tmp_path / "subcommand.py"
    source.write_text(
        'parser.add_argument("--mode", help=f"online gives {N} masks, " "one each")\n'
    )
    assert [fault for _, text in python_prose(source) for fault in faults(text)] == [
        "'gives': write returns, yields, publishes"
    ]
