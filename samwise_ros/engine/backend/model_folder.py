"""Finds model folders for the node and its launch files, which do not import the network."""

from samwise_ros.network.checkpoints.model_home import find_model

__all__ = ["find_model"]
