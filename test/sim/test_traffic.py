"""The traffic of the demo's topics, over DDS."""

import time
from collections.abc import Callable

import pytest
from rclpy.node import Node
from std_msgs.msg import String

from samwise_ros.cli.demo.trials.traffic import counted_traffic


def test_messages_and_bytes_of_topics_with_a_subscription(
    node: Node, spin_once: Callable[[float], None]
) -> None:
    heard = node.create_publisher(String, "heard", 10)
    node.create_publisher(String, "unheard", 10)
    received: list[String] = []
    node.create_subscription(String, "heard", received.append, 10)
    end = time.monotonic() + 10.0
    while node.count_subscribers("heard") == 0:
        spin_once(0.1)
        assert time.monotonic() < end
    with counted_traffic(node) as traffic:
        while heard.get_subscription_count() < 2:
            spin_once(0.1)
            assert time.monotonic() < end
        for _ in range(5):
            heard.publish(String(data="x" * 100))
        while len(received) < 5 or traffic.messages["/heard"] < 5:
            spin_once(0.1)
            assert time.monotonic() < end
    assert "/unheard" not in traffic.messages
    assert traffic.sizes["/heard"] == pytest.approx(5 * 108, abs=5 * 8)
    header, *rows, total = traffic.table()
    assert header.split()[-2:] == ["messages/s", "kB/s"]
    assert rows[0].split()[0] == "/heard"
    assert float(total.split()[1]) >= float(rows[0].split()[1])
