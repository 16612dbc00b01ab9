"""Whom `samwise say` speaks to: real nodes of several names on one graph."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_nodes import Field


@pytest.fixture
def kitchen(tmp_path: Path, model: str) -> Iterator[Field]:
    field = Field(tmp_path, model)
    with field.node("/kitchen"):
        yield field


def test_the_one_that_is_named_or_has_the_usual_name_or_is_alone(kitchen: Field) -> None:
    code, said = kitchen.samwise("say", "the red ball", "--seconds", "1")
    assert code == 0, said
    assert 'said "the red ball" on /kitchen/samwise_node/command\n' in said
    with kitchen.node("/garden", state="inactive"):
        code, said = kitchen.samwise("say", "the red ball", "--seconds", "1")
        assert code == 2, said
        assert "expected one of /garden/samwise_node, /kitchen/samwise_node, got none" in said
        code, said = kitchen.samwise("say", "", "--node", "kitchen/samwise_node", "--seconds", "3")
        assert code == 0, said
        assert said.startswith('said "" on /kitchen/samwise_node/command\n')
        assert "  REMOVED  " in said
        code, said = kitchen.samwise("say", "the red ball", "--node", "/garden/samwise_node")
        assert code == 1
        assert "/garden/samwise_node is there but takes no commands, is it active?" in said
        code, said = kitchen.samwise("say", "the red ball", "--node", "/attic/samwise_node")
        assert code == 1
        assert "/attic/samwise_node is not there" in said
        assert said.endswith(": /garden/samwise_node, /kitchen/samwise_node\n")
    with kitchen.node("/"):
        code, said = kitchen.samwise("say", "the red ball", "--seconds", "1")
        assert code == 0, said
        assert 'said "the red ball" on /samwise_node/command\n' in said
