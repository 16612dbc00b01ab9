"""The variants of the network in the paper's ablations."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch

from samwise_ros.engine.config import SwitchCorrection
from samwise_ros.network.config import ADAPTER_PARTS, SamwiseConfig
from samwise_ros.network.samwise import Samwise

_FROZEN = ("sam.", "text_encoder.")
_POSITION = "spatial_pos_embed"


@dataclass(frozen=True)
class Variant:
    """One variant, trained once and evaluated with one or several switch corrections.

    Attributes:
        name: name of its folder and on the command line.
        title: title in the table.
        published: switch corrections to evaluate, with the J&F that the paper reports.
        adapter_parts: see ``SamwiseConfig``.
        patch_sizes: see ``SamwiseConfig``; limited to the size of the feature map.
    """

    name: str
    title: str
    published: Mapping[SwitchCorrection, float]
    adapter_parts: tuple[str, ...] = ADAPTER_PARTS
    patch_sizes: tuple[int, ...] = field(default=(8, 4, 2), kw_only=True)

    def config(self, base: SamwiseConfig) -> SamwiseConfig:
        """Return the network configuration of the variant."""
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
"""In the order of the paper; published numbers are for MeViS valid_u with CLIP-B."""


def build_untrained(variant: Variant, base: Samwise, seed: int) -> Samwise:
    """Build an untrained variant with the frozen parts of a model.

    Args:
        variant: the variant.
        base: model with the frozen SAM 2 and text encoder.
        seed: seed of all other weights; parts that variants share have the same initial weights.

    Returns:
        The network, untrained except for the frozen parts.
    """
    torch.manual_seed(seed)
    complete = replace(base.config, adapter_parts=ADAPTER_PARTS)
    source = Samwise(complete).state_dict()
    source |= {key: w for key, w in base.state_dict().items() if key.startswith(_FROZEN)}
    network = Samwise(variant.config(base.config))
    own = network.state_dict()
    # The attention in a patch starts with weights that match the patch's position embedding.
    other_patch = tuple(
        f"{key.removesuffix(_POSITION)}{part}"
        for key, weight in own.items()
        if key.endswith(_POSITION) and weight.shape != source[key].shape
        for part in (_POSITION, "hsa.")
    )
    network.load_state_dict(
        {key: own[key] if key.startswith(other_patch) else source[key] for key in own}
    )
    return network
