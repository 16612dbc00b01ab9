"""Benchmark of the node, with a real node in another process."""

from pathlib import Path

import pytest

from samwise_ros.benchmark.suites.node import NodeBenchmark, measure_node


def test_masks_are_counted_from_the_topics(model: Path) -> None:
    benchmark = NodeBenchmark(
        str(model),
        seconds=2.0,
        rate_hz=5.0,
        commands=(2,),
        sizes=((320, 240),),
        transports=("compressed",),
    )
    masks, stage_times = measure_node(benchmark)
    (row,) = masks.rows
    assert row["transport"] == "compressed"
    assert row["sent"] == 10
    assert 1 <= row["masks"] <= 10
    assert row["frames_per_second"] == pytest.approx(row["masks"] / 2, rel=0.2)
    assert 0 < row["median_ms"] <= row["p99_ms"]
    assert 0 < row["first_mask_s"] < 60
    stages = ("transport", "waiting", "conversion", "inference", "publishing", "return")
    times = [row[f"{name}_ms"] for name in stages]
    assert all(ms >= 0 for ms in times)
    assert row["inference_ms"] > row["conversion_ms"]
    assert sum(times) == pytest.approx(row["median_ms"], rel=0.5)
    assert "| 320x240 | compressed | 2 | 10 |" in masks.markdown()
    assert "| 320x240 | compressed | 2 |" in stage_times.markdown()


def test_each_case_is_measured_once() -> None:
    benchmark = NodeBenchmark(sizes=((320, 240), (640, 480)), commands=(1, 4))
    assert benchmark.cases == [
        (1, (320, 240), "raw"),
        (1, (320, 240), "compressed"),
        (1, (640, 480), "raw"),
        (1, (640, 480), "compressed"),
        (4, (320, 240), "raw"),
    ]


def test_invalid_settings_raise() -> None:
    with pytest.raises(ValueError, match="rate_hz: expected more than 0"):
        NodeBenchmark(rate_hz=0)
    with pytest.raises(ValueError, match="commands: expected 1 to 8"):
        NodeBenchmark(commands=(9,))
    with pytest.raises(ValueError, match="transports: expected some of raw, compressed"):
        NodeBenchmark(transports=("theora",))


def test_node_that_does_not_start_raises() -> None:
    with pytest.raises(ValueError, match=r"(?s)the node does not start.*nowhere"):
        measure_node(NodeBenchmark(model="nowhere"))
