"""The node's benchmark, against the real node in another process."""

from pathlib import Path

import pytest

from samwise_ros.benchmark.node import NodeBenchmark, measure_node, node_table


def test_masks_are_counted_from_the_topics(model: Path) -> None:
    benchmark = NodeBenchmark(model=str(model), seconds=2.0, rate_hz=5.0, sentence="it's: [red]")
    timing = measure_node(benchmark)
    assert timing.sent == 10
    assert 1 <= timing.masks <= 10
    assert timing.frames_per_second == pytest.approx(timing.masks / 2, rel=0.2)
    assert 0 < timing.latency.median_ms <= timing.latency.p99_ms
    assert f"| 10 | {timing.masks} | {timing.dropped} |" in node_table(timing)


def test_a_node_that_does_not_start_is_told() -> None:
    with pytest.raises(ValueError, match=r"(?s)the node does not start.*nowhere"):
        measure_node(NodeBenchmark(model="nowhere"))
    with pytest.raises(ValueError, match="rate_hz: expected more than 0"):
        NodeBenchmark(rate_hz=0)
