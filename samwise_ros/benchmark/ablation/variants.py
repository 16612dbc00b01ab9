"""The variants of the network that the paper's ablations compare."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch

from samwise_ros.engine.config import SwitchCorrection
from samwise_ros.network.config import ADAPTER_PARTS, SamwiseConfig
from samwise_ros.network.samwise import Samwise

_FROZEN = ("sam.", "text_encoder.")


@dataclass(frozen=True)
class Variant:
    """One variant, trained once and evaluated in one way or several.

    Attributes:
        name: of its folder, and on the command line.
        title: in the table.
        published: who decides about the memory's correction, in each way of evaluation, and what
            J&F the paper reports of it.
        adapter_parts: see ``SamwiseConfig``.
        patch_sizes: likewise; larger than the map of a small image means the whole map.
    """

    name: str
    title: str
    published: Mapping[SwitchCorrection, float]
    adapter_parts: tuple[str, ...] = ADAPTER_PARTS
    patch_sizes: tuple[int, ...] = field(default=(8, 4, 2), kw_only=True)

    def config(self, base: SamwiseConfig) -> SamwiseConfig:
        """Return the variant's shape of a network."""
        sides = (base.image_size // stride for stride in (8, 16, 32))
        patches = tuple(min(pair) for pair in zip(self.patch_sizes, sides, strict=True))
        return replace(base, adapter_parts=self.adapter_parts, patch_sizes=patches)


VARIANTS = (
    Variant("prompt", "prompt alone", {"never": 45.2}, ()),
    Variant("text_to_visual", "text to visual", {"never": 47.5}, ("text_to_visual",)),
    Variant("visual_to_text", "visual to text", {"never": 48.3}, ("visual_to_text",)),
    Variant("both", "both", {"never": 50.3}, ("text_to_visual", "visual_to_text")),
    Variant(
        "selective",
        "both + HSA, patches 8/4/2",
        {"never": 54.2, "learned": 55.5, "always": 50.7, "every_4th": 52.4},
    ),
    Variant("patch_1", "both + HSA, patches 1", {"never": 49.7}, patch_sizes=(1, 1, 1)),
    Variant("patch_4", "both + HSA, patches 4", {"never": 52.3}, patch_sizes=(4, 4, 4)),
    Variant("patch_8", "both + HSA, patches 8", {"never": 53.1}, patch_sizes=(8, 8, 8)),
    Variant("patch_16", "both + HSA, patches 16/8/4", {"never": 53.8}, patch_sizes=(16, 8, 4)),
)
"""In the paper's order; published are its numbers on MeViS valid_u with CLIP-B."""


def untrained(variant: Variant, base: Samwise, seed: int) -> Samwise:
    """Build a variant between the frozen parts of a model.

    Args:
        variant: which.
        base: has the frozen SAM 2 and text encoder.
        seed: of all other weights; parts that two variants share begin with the same ones.

    Returns:
        The network, with nothing learned between the frozen parts.
    """
    torch.manual_seed(seed)
    complete = replace(base.config, adapter_parts=ADAPTER_PARTS)
    source = Samwise(complete).state_dict()
    source |= {key: w for key, w in base.state_dict().items() if key.startswith(_FROZEN)}
    network = Samwise(variant.config(base.config))
    weights = {
        # Only the position of a cell in its patch has another shape with other patches.
        key: source[key] if source[key].shape == own.shape else own
        for key, own in network.state_dict().items()
    }
    network.load_state_dict(weights)
    return network
