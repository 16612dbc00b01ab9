"""A leaf for behaviour trees of py_trees: RUNNING until the described object is found.

python examples/ros_behaviour_tree.py "the red mug"    # pip install py-trees
"""

import sys

import rclpy
from py_trees import behaviour, common

from samwise_ros import SamwiseClient, TargetState


class FindTarget(behaviour.Behaviour):
    """SUCCESS while the object is visible; an interruption removes the command."""

    def __init__(self, client: SamwiseClient, sentence: str) -> None:
        super().__init__(sentence)
        self.client, self.target_id = client, ""

    def update(self) -> common.Status:
        """Send the command on the first tick, then look at the targets that have arrived."""
        self.target_id = self.target_id or self.client.track(self.name)
        self.client.spin_for(0.05)
        seen = [t for a in self.client.targets.values() for t in a.targets if t.frames_tracked]
        found = (self.target_id, TargetState.TRACKING) in {(t.command_id, t.state) for t in seen}
        return common.Status.SUCCESS if found else common.Status.RUNNING

    def terminate(self, new_status: common.Status) -> None:
        """Stop looking if another branch has priority, or after a timeout."""
        if new_status == common.Status.INVALID and self.target_id:
            self.client.remove(self.target_id)
            self.target_id = ""


rclpy.init()
leaf = FindTarget(SamwiseClient(rclpy.create_node("behaviour_tree")), sys.argv[1])
while leaf.status != common.Status.SUCCESS:
    leaf.tick_once()
print(leaf.status.value, leaf.name)
