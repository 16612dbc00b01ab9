"""Looks up a model folder without importing torch, for the launch checks of the node.

`samwise_ros.ros` must not import the network; this module is its access to the lookup.
"""

from samwise_ros.network.checkpoints.model_home import find_model

__all__ = ["find_model"]
