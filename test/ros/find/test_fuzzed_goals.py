"""Random goals, and more goals than the node accepts."""

import time
from typing import Any

from find_rig import FindRig, done, requested
from fixed_settings import examples
from fuzzed_text import texts
from hypothesis import given
from hypothesis import strategies as st
from ros_harness import wait_for

from samwise_ros.action import FindObject

BATCH = 10
TOTAL = 40  # the node accepts 128 goals in a minute, of all tests
Outcome = FindObject.Result
enormous = st.builds(lambda text, times: text * times, texts, st.integers(100, 20_000))
valid = st.builds(
    FindObject.Goal,
    sentence=st.sampled_from(("the red ball", "the mug")),
    timeout_seconds=st.just(0.2),
    confident_frames=st.integers(1, 3),
    keep_tracking=st.booleans(),
)
anything = st.builds(
    FindObject.Goal,
    sentence=st.one_of(texts, enormous, st.sampled_from(("the red ball", "the mug", "stop"))),
    cameras=st.one_of(
        st.just([]), st.just(["camera"] * 1000), st.lists(st.one_of(texts, enormous), max_size=4)
    ),
    timeout_seconds=st.one_of(st.floats(), st.floats(0.0, 0.5), st.just(0.2)),
    confident_frames=st.one_of(st.integers(0, 3), st.integers(0, 2**16 - 1)),
    keep_tracking=st.booleans(),
)
goals = st.one_of(valid, anything)


def send(rig: FindRig, batch: list[FindObject.Goal]) -> list[int]:
    """Send goals, cancel those that continue, and return the outcomes of all."""
    # One after another: ROS 2 keeps 10 requests and 10 responses of a service.
    handles = [rig.send(goal) for goal in batch]
    assert all(handle.accepted for handle in handles)
    results: list[Any] = [requested(rig.robot, one.get_result_async) for one in handles]
    rig.frame()
    time.sleep(0.3)
    for handle in handles:
        done(requested(rig.robot, handle.cancel_goal_async))
    return [done(result).result.outcome for result in results]


def test_every_random_goal_ends(rig: FindRig) -> None:
    outcomes: list[int] = []

    def check(batch: list[FindObject.Goal]) -> None:
        outcomes.extend(send(rig, batch))
        assert rig.robot.trigger(f"{rig.node.name}/clear").success  # those that are kept
        assert rig.robot.state(rig.node.name) == "active", rig.node.log

    examples(TOTAL // BATCH)(given(st.lists(goals, min_size=BATCH, max_size=BATCH))(check))()
    assert len(outcomes) == TOTAL
    assert set(outcomes) >= {Outcome.REJECTED, Outcome.CANCELED} or set(outcomes) >= {
        Outcome.REJECTED,
        Outcome.TIMEOUT,
    }


def test_flood_of_goals_is_bounded(rig: FindRig) -> None:
    """The last test of the folder: the node then rejects goals for a minute."""
    accepted = [rig.send(FindObject.Goal()).accepted for _ in range(135)]
    assert accepted.count(True) <= 128
    assert not accepted[-1]
    wait_for(lambda: "goal rejected: more than 128 goals in 60 s" in rig.node.log)
    rig.frame()
