"""A network in which every part has a say."""

import torch

from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise


def random_network(preset: str = "tabletop", **changes: object) -> Samwise:
    """Build a network whose parts all have a say: random weights, nothing near zero."""
    torch.manual_seed(0)
    config = type(PRESETS[preset])(**{**vars(PRESETS[preset]), **changes})
    network = Samwise(config).eval()
    for parameter in network.parameters():
        if parameter.dim() > 1 and float(parameter.detach().abs().max()) < 0.2:
            torch.nn.init.normal_(parameter, std=0.1)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.ones_(module.weight)
    return network
