"""Intermediate features of the network: stems, adapter windows, encoded frames and clips."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class ImageStem:
    """Output of the image trunk before the first adapter; independent of the text.

    Attributes:
        stage1: (B, T, H, W, C) features of Hiera stage 1; B is 1 if commands share the camera.
        stage2: the same for stage 2.
    """

    stage1: Tensor
    stage2: Tensor


@dataclass(frozen=True, eq=False)
class TextStem:
    """Output of the text trunk before the first adapter; independent of the image.

    Attributes:
        hidden: (B, L, D) hidden states.
        mask: (B, L) bool, false for padding tokens.
    """

    hidden: Tensor
    mask: Tensor


@dataclass(frozen=True, eq=False)
class AdapterWindow:
    """Down-projected features of the past frames, as the adapters attend to them.

    Attributes:
        frames: (B, K, A, H, W) for each adapter, oldest first.
        mask: (B, K) bool, false for missing frames; ``None`` if no frame is missing.
    """

    frames: tuple[Tensor, ...]
    mask: Tensor | None = None


@dataclass(frozen=True, eq=False)
class FrameFeatures:
    """Input of the mask decoder for one frame.

    Attributes:
        features: (B, C, H, W) at stride 16.
        high_res: features (B, C', H', W') at strides 4 and 8.
        text: (B, L, D) adapted text tokens.
        sentence: (B, D) adapted sentence vector.
    """

    features: Tensor
    high_res: list[Tensor]
    text: Tensor
    sentence: Tensor


@dataclass(frozen=True, eq=False)
class ClipFeatures:
    """Output of both trunks for T frames.

    Attributes:
        levels: features (B, T, C, H, W) at strides 4, 8 and 16.
        text: (B, G, L, D) adapted text tokens; G is 1 in clip mode and T in causal mode.
        sentence: (B, G, D) adapted sentence vectors.
        windows: down-projected features (B, T, A, H, W) of each adapter.
    """

    levels: list[Tensor]
    text: Tensor
    sentence: Tensor
    windows: tuple[Tensor, ...]

    def frame(self, index: int) -> FrameFeatures:
        """Return the features of one frame."""
        stride4, stride8, stride16 = (level[:, index] for level in self.levels)
        group = index if self.text.shape[1] > 1 else 0
        text, sentence = self.text[:, group], self.sentence[:, group]
        return FrameFeatures(stride16, [stride4, stride8], text, sentence)
