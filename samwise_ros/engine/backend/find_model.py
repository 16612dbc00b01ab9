"""The default model and the lookup of model folders, without importing torch.

The engine, the node and its launch checks use this module, because they must not import the
network.
"""

from samwise_ros.network.checkpoints.model_home import find_model

__all__ = ["DEFAULT_MODEL", "find_model"]

DEFAULT_MODEL = "tabletop"
