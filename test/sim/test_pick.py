"""The picker over real DDS: simulator, arm, node and picker in separate processes.

The node is the real one, with the simulator's true masks instead of a network.
"""

import time
from collections.abc import Iterator

import pytest
from robot_processes import RobotWorld, robot_world

pytestmark = pytest.mark.gl


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RobotWorld]:
    with robot_world(tmp_path_factory.mktemp("robot")) as world:
        world.start_robot()
        world.start_node()
        world.wait_for(lambda: world.has_state("ready") or "ready" in world.processes["picker"].log)
        yield world


def test_the_target_is_put_into_the_tray(world: RobotWorld) -> None:
    target = world.show(1)
    world.say(f"thing {target}")
    world.wait_for_state("done", "failed")
    world.wait_for(lambda: world.truth["in_tray"] == [target], 3.0)


def test_another_sentence_while_the_arm_reaches_picks_the_other_thing(world: RobotWorld) -> None:
    target = world.show(2)
    other = 0 if target else 1
    world.say(f"thing {target}")
    world.wait_for_state("reaching")
    world.say(f"thing {other}")
    world.wait_for_state("done", "failed")
    world.wait_for(lambda: world.truth["in_tray"] == [other], 3.0)


def test_the_arm_does_not_close_on_air(world: RobotWorld) -> None:
    target = world.show(3)
    world.say(f"thing {target}")
    world.wait_for_state("reaching")
    world.requests.publish(world.sentences.msg_type(data=f"remove {target}"))
    world.wait_for_state("failed", "done")
    assert world.states[-1].startswith("failed: target:"), world.states
    assert not world.has_state("grasping")
    assert world.truth["in_tray"] == []


def test_the_arm_stops_when_the_node_is_killed(world: RobotWorld) -> None:
    target = world.show(4)
    world.say(f"thing {target}")
    world.wait_for_state("reaching")
    world.wait_for(lambda: world.velocity > 0.2)
    world.processes["node"].stop(9)
    began = time.monotonic()
    world.wait_for_state("failed")
    world.wait_for(lambda: world.velocity < 0.05)
    assert time.monotonic() - began < 0.5 + 0.3  # 0.3 s for messages on a busy machine
    assert "no targets" in world.states[-1]
    assert world.truth["in_tray"] == []
