"""The image trunk's initial position embedding."""

import pytest
import torch

from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise


@pytest.mark.parametrize("axis", [0, 1])
def test_places_can_be_read_from_the_untrained_trunk(axis: int) -> None:
    torch.manual_seed(0)
    network = Samwise(preset("tabletop_3d")).eval()
    with torch.no_grad():
        _, features = network.sam.image_stem(torch.randn(8, 3, 128, 128))
    count, height, width, channels = features.shape
    places = torch.stack(
        torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij"), -1
    )[..., axis]
    wanted = (places / height - 0.5).expand(count, -1, -1).reshape(-1, 1)
    inputs = features.reshape(-1, channels)
    half = len(inputs) // 2
    weights = torch.linalg.lstsq(inputs[:half], wanted[:half]).solution
    error = (inputs[half:] @ weights - wanted[half:]).square().mean() / wanted.var()
    assert error < 0.2
