"""The network's sizes in one frozen dataclass, for presets and for ``config.json``."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from samwise_ros.network.checks import Range, check_keys, check_ranges, check_types

TextEncoderName = Literal["roberta", "clip"]

ADAPTER_PARTS = ("visual_to_text", "text_to_visual", "selective_attention")
"""Parts of an adapter; the paper's ablations omit some of them."""

# Generous: the largest preset uses less than a quarter of each.
_RANGES: dict[str, Range] = {
    "image_size": (32, 4096),
    "clip_frames": (1, 64),
    "embed_dim": (1, 1024),
    "num_heads": (1, 64),
    "stages": (1, 256),
    "global_attention_blocks": (0, 1023),
    "position_size": (1, 256),
    "window_sizes": (1, 256),
    "width": (16, 4096),
    "memory_width": (2, 4096),
    "memory_layers": (1, 64),
    "memory_feed_forward": (1, 2**15),
    "decoder_feed_forward": (1, 2**15),
    "fuser_scale": (0, 1e3),
    "vocabulary": (4, 2**20),
    "positions": (4, 2**14),
    "text_width": (1, 4096),
    "text_heads": (1, 256),
    "text_feed_forward": (1, 2**15),
    "text_layers": (0, 256),
    "adapter_width": (8, 4096),
    "patch_sizes": (1, 128),
    "dropout": (0, 0.99),
}


@dataclass(frozen=True)
class SamwiseConfig:
    """All sizes of the network.

    The defaults are those of the released model: SAM 2 Hiera-B+, RoBERTa-base, adapter width 256.

    Attributes:
        image_size: side S of the padded square image, pixels; a multiple of 32.
        clip_frames: number T of frames that an adapter attends to.
        embed_dim, num_heads: width and heads of the first Hiera stage; both double per stage.
        stages: number of blocks in each of the four Hiera stages.
        global_attention_blocks: indices of the blocks that attend to the whole image.
        position_size: side of the learned position embedding, cells.
        window_sizes: attention window of each stage, cells.
        width: channels C of the neck, the memory attention and the mask decoder.
        memory_width: channels C_mem of the memory features.
        memory_layers, memory_feed_forward: layers and feed-forward width of the memory attention.
        decoder_feed_forward: feed-forward width of the mask decoder's two-way layers.
        fuser_scale: initial layer scale of the memory encoder.
        text_encoder: ``roberta`` or ``clip``.
        vocabulary, positions: rows of the text encoder's token and position embeddings.
        text_width, text_heads, text_feed_forward: width D, heads and feed-forward width of a text
            layer.
        text_layers: number of text layers in each of the four steps; see `TextEncoder`.
        adapter_width: channels A inside the adapters; a multiple of 8.
        adapter_parts: subset of ``ADAPTER_PARTS``. If empty, there are no adapters, and only the
            prompt depends on the sentence.
        patch_sizes: side P of the patches of each adapter, cells.
        dropout: dropout in the attention of adapters and memory during training.
        motion_prompt: whether verbs have a separate prompt token.
        verb_tagger: ``words`` for the words of ``verbs``, or a spaCy pipeline as NAME-VERSION, such
            as en_core_web_sm-3.8.0.
        verbs: words that are verbs if ``verb_tagger`` is ``words``.
    """

    image_size: int = 1024
    clip_frames: int = 8
    embed_dim: int = 112
    num_heads: int = 2
    stages: tuple[int, ...] = (2, 3, 16, 3)
    global_attention_blocks: tuple[int, ...] = (12, 16, 20)
    position_size: int = 14
    window_sizes: tuple[int, ...] = (8, 4, 14, 7)
    width: int = 256
    memory_width: int = 64
    memory_layers: int = 4
    memory_feed_forward: int = 2048
    decoder_feed_forward: int = 2048
    fuser_scale: float = 1e-6
    text_encoder: TextEncoderName = "roberta"
    vocabulary: int = 50265
    positions: int = 514
    text_width: int = 768
    text_heads: int = 12
    text_feed_forward: int = 3072
    text_layers: tuple[int, ...] = (1, 3, 4, 4)
    adapter_width: int = 256
    adapter_parts: tuple[str, ...] = ADAPTER_PARTS
    patch_sizes: tuple[int, ...] = (8, 4, 2)
    dropout: float = 0.1
    motion_prompt: bool = False
    verb_tagger: str = "words"
    verbs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            ValueError: a value is invalid; the message names the setting.
        """
        check_types(self)
        check_ranges(self, _RANGES)
        for name, length in (("stages", 4), ("window_sizes", 4), ("text_layers", 4)):
            if len(getattr(self, name)) != length:
                raise ValueError(f"{name}: expected {length} numbers, got {getattr(self, name)}")
        if self.verb_tagger != "words" and (self.verbs or "-" not in self.verb_tagger):
            raise ValueError(
                "verb_tagger: expected 'words', or a spaCy pipeline as NAME-VERSION without verbs, "
                f"got {self.verb_tagger!r} and {len(self.verbs)} verbs"
            )
        if self.adapter_width % 8 or self.width % 16:
            raise ValueError(
                "adapter_width must be a multiple of 8 and width of 16, "
                f"got {self.adapter_width} and {self.width}"
            )
        if self.width % self.memory_width:
            raise ValueError(
                f"memory_width must divide width {self.width}, got {self.memory_width}"
            )
        if self.image_size % 32:
            raise ValueError(f"image_size: expected a multiple of 32, got {self.image_size}")
        self._check_attention()
        self._check_adapters()

    def _check_attention(self) -> None:
        for name, width, heads in (
            ("num_heads", self.embed_dim, self.num_heads),
            ("text_heads", self.text_width, self.text_heads),
        ):
            if width % heads:
                raise ValueError(f"{name}: expected a divisor of {width}, got {heads}")
        if self.image_size // 4 % self.window_sizes[0]:
            raise ValueError(
                f"window_sizes: {self.window_sizes[0]} does not divide the "
                f"{self.image_size // 4} cells of stride 4"
            )
        if self.memory_width % 2:
            raise ValueError(f"memory_width: expected an even number, got {self.memory_width}")
        if any(block >= sum(self.stages) for block in self.global_attention_blocks):
            raise ValueError(
                f"global_attention_blocks: expected some of the {sum(self.stages)} blocks of all "
                f"stages, counted from 0, got {self.global_attention_blocks}"
            )

    def _check_adapters(self) -> None:
        parts = self.adapter_parts
        if set(parts) - set(ADAPTER_PARTS) or len(set(parts)) < len(parts):
            raise ValueError(
                f"adapter_parts: expected some of {', '.join(ADAPTER_PARTS)}, each once, "
                f"got {parts}"
            )
        if "selective_attention" in parts and "visual_to_text" not in parts:
            raise ValueError(
                "adapter_parts: selective_attention has no effect without visual_to_text, "
                f"got {parts}"
            )
        if len(self.patch_sizes) != 3:
            raise ValueError(f"patch_sizes: expected 3 numbers, got {self.patch_sizes}")
        for stride, patch in zip((8, 16, 32), self.patch_sizes, strict=True):
            if patch < 1 or self.image_size // stride % patch:
                raise ValueError(
                    f"patch_sizes: {patch} does not divide the {self.image_size // stride} cells "
                    f"at stride {stride}"
                )

    @property
    def stage_widths(self) -> tuple[int, int, int, int]:
        """Channels of the four Hiera stages, finest first."""
        return (self.embed_dim, 2 * self.embed_dim, 4 * self.embed_dim, 8 * self.embed_dim)

    @property
    def pad_id(self) -> int:
        """Padding token; CLIP pads with its end-of-text token, the last of the vocabulary."""
        return 1 if self.text_encoder == "roberta" else self.vocabulary - 1

    @property
    def max_tokens(self) -> int:
        """Maximum number of tokens of a sentence; RoBERTa's positions start at 2."""
        return self.positions - 2 if self.text_encoder == "roberta" else self.positions

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as a dictionary for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "SamwiseConfig":
        """Build the configuration from a dictionary.

        Args:
            data: settings and their values, with lists for tuples. Missing settings keep their
                default.

        Raises:
            ValueError: a name is unknown, a value has another type or is out of range, or the
                values do not fit each other.
        """
        check_keys(data, [item.name for item in fields(cls)], "model setting")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return cls(**values)
