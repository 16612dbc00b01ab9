"""A network with random weights in which every part affects the output."""

import torch

from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise


def random_network(preset: str = "tabletop", **changes: object) -> Samwise:
    """Build a network with random weights; no weight matrix is near zero."""
    torch.manual_seed(0)
    config = type(PRESETS[preset])(**{**vars(PRESETS[preset]), **changes})
    network = Samwise(config).eval()
    torch.nn.init.zeros_(network.sam.image_encoder.trunk.pos_embed)  # random, too
    for parameter in network.parameters():
        if parameter.dim() > 1 and float(parameter.detach().abs().max()) < 0.2:
            torch.nn.init.normal_(parameter, std=0.1)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.ones_(module.weight)
    return network
