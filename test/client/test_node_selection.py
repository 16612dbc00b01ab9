"""Which node `samwise say` selects if there are several."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_nodes import RosDomain


@pytest.fixture
def domain(tmp_path: Path, model: str) -> Iterator[RosDomain]:
    """A domain with the node /kitchen/samwise_node."""
    domain = RosDomain(tmp_path, model)
    with domain.node("/kitchen"):
        yield domain


def test_say_selects_named_then_default_then_only_node(domain: RosDomain) -> None:
    code, output = domain.samwise("say", "the red ball", "--seconds", "1")
    assert code == 0, output
    assert 'sent "the red ball" to /kitchen/samwise_node/command\n' in output
    with domain.node("/garden", state="inactive"):
        code, output = domain.samwise("say", "the red ball", "--seconds", "1")
        assert code == 2, output
        assert "expected one of /garden/samwise_node, /kitchen/samwise_node, got none" in output
        code, output = domain.samwise("say", "", "--node", "kitchen/samwise_node", "--seconds", "2")
        assert code == 0, output
        assert output.startswith('sent "" to /kitchen/samwise_node/command\n')
        assert "  REMOVED  " in output
        code, output = domain.samwise("say", "the red ball", "--node", "/garden/samwise_node")
        assert code == 1
        assert "/garden/samwise_node accepts no commands (is the node active?)" in output
        code, output = domain.samwise("say", "the red ball", "--node", "/attic/samwise_node")
        assert code == 1
        assert "no node /attic/samwise_node after 10 s" in output
        assert output.endswith(": /garden/samwise_node, /kitchen/samwise_node\n")
    with domain.node("/"):
        code, output = domain.samwise("say", "the red ball", "--seconds", "1")
        assert code == 0, output
        assert 'sent "the red ball" to /samwise_node/command\n' in output
