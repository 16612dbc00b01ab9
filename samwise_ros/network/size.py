"""How large a network is, computed from its configuration without building it."""

from samwise_ros.network.config import SamwiseConfig

MAX_PARAMETERS = 2**30
"""Five times the released network; 4 GiB as float32."""


def parameter_bound(config: SamwiseConfig) -> int:
    """Return an upper bound of the number of weights, at most an eighth too high.

    Raises:
        ValueError: the network has more than `MAX_PARAMETERS`.

    >>> parameter_bound(SamwiseConfig())  # base_plus has 210,129,546
    212629884
    """
    found = _image_encoder(config) + _memory_and_decoder(config) + _text(config) + _adapters(config)
    if found > MAX_PARAMETERS:
        raise ValueError(
            f"the settings together make {found:.2g} weights, expected at most "
            f"{MAX_PARAMETERS:.2g}; reduce widths, layers or vocabulary"
        )
    return found


def _image_encoder(config: SamwiseConfig) -> int:
    widths = config.stage_widths
    # Attention has 4 squares of the width, the feed-forward layers 8; the rest is linear.
    blocks = sum(
        count * (12 * width * width + 16 * width)
        for count, width in zip(config.stages, widths, strict=True)
    )
    position = widths[0] * (config.position_size**2 + config.window_sizes[0] ** 2 + 7 * 7 * 3 + 1)
    neck = config.width * (sum(widths) + 4)
    return blocks + position + neck


def _memory_and_decoder(config: SamwiseConfig) -> int:
    width, small = config.width, config.memory_width
    attention = 6 * width * width + 2 * width * small + 2 * width * config.memory_feed_forward
    layers = config.memory_layers * (attention + 20 * width + config.memory_feed_forward)
    decoder = 4 * width * config.decoder_feed_forward + 2 * config.decoder_feed_forward
    # Attention, heads and upscaling of the decoder, the memory encoder, pointers and the decision.
    squares = 65 * width * width
    return layers + decoder + squares + 1500 * width + 70_000


def _text(config: SamwiseConfig) -> int:
    width, feed_forward = config.text_width, config.text_feed_forward
    layer = 4 * width * width + 2 * width * feed_forward + 9 * width + feed_forward
    tables = width * (config.vocabulary + config.positions + 4)
    return tables + sum(config.text_layers) * layer


def _adapters(config: SamwiseConfig) -> int:
    width, text_width = config.adapter_width, config.text_width
    parts = len(config.adapter_parts)
    each = parts * (5 * width * width + 10 * width) + 2 * text_width * width
    patches = sum(patch * patch for patch in config.patch_sizes)
    image = sum(2 * width * vision + 4 * vision + 4 for vision in config.stage_widths[1:])
    prompts = 2 * (text_width * config.width + 2 * config.width**2 + 3 * config.width)
    return 3 * each + width * patches + image + prompts
