"""Named configurations."""

from dataclasses import replace

from samwise_ros.network.config import SamwiseConfig

_TABLETOP = SamwiseConfig(
    image_size=128,
    embed_dim=24,
    num_heads=1,
    stages=(1, 2, 3, 1),
    global_attention_blocks=(),
    position_size=8,
    window_sizes=(8, 8, 8, 4),
    width=64,
    memory_width=32,
    memory_layers=1,
    memory_feed_forward=128,
    decoder_feed_forward=256,
    fuser_scale=1.0,
    vocabulary=128,
    positions=66,
    text_width=64,
    text_heads=4,
    text_feed_forward=128,
    text_layers=(1, 1, 2, 2),
    adapter_width=48,
    dropout=0.0,
)

PRESETS: dict[str, SamwiseConfig] = {
    # The released model; other large presets differ in the size of SAM 2 or in the text encoder.
    "base_plus": SamwiseConfig(),
    "base_plus_clip": SamwiseConfig(
        text_encoder="clip",
        vocabulary=49408,
        positions=77,
        text_width=512,
        text_heads=8,
        text_feed_forward=2048,
    ),
    "tiny": SamwiseConfig(
        embed_dim=96,
        num_heads=1,
        stages=(1, 2, 7, 2),
        global_attention_blocks=(5, 7, 9),
        position_size=7,
    ),
    "small": SamwiseConfig(
        embed_dim=96,
        num_heads=1,
        stages=(1, 2, 11, 2),
        global_attention_blocks=(7, 10, 13),
        position_size=7,
    ),
    "large": SamwiseConfig(
        embed_dim=144,
        num_heads=2,
        stages=(2, 6, 36, 4),
        global_attention_blocks=(23, 33, 43),
        position_size=7,
        window_sizes=(8, 4, 16, 8),
    ),
    # The configuration of the parity vectors.
    "mini": SamwiseConfig(
        image_size=256,
        embed_dim=16,
        num_heads=1,
        stages=(1, 2, 3, 1),
        global_attention_blocks=(4,),
        memory_layers=2,
        memory_feed_forward=128,
        vocabulary=120,
        text_width=64,
        text_heads=4,
        text_feed_forward=128,
        adapter_width=32,
    ),
    # For the painted world; runs in real time on two CPU cores.
    "tabletop": _TABLETOP,
    # For the simulated tabletop, still in real time on two CPU cores; see docs/training.md.
    "tabletop_3d": replace(
        _TABLETOP,
        embed_dim=32,
        vocabulary=640,
        text_width=96,
        text_feed_forward=192,
        adapter_width=64,
    ),
}


def preset(name: str) -> SamwiseConfig:
    """Return a preset's configuration.

    Raises:
        ValueError: there is no such preset; the message lists all presets.
    """
    if name not in PRESETS:
        raise ValueError(f"unknown preset {name!r}, expected one of {', '.join(PRESETS)}")
    return PRESETS[name]
