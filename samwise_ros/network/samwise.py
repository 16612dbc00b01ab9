"""SAMWISE: the two trunks in lockstep, and one frame's decoding with memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from samwise_ros.network.adapters.adapter import Adapter
from samwise_ros.network.conditional_memory import ConditionalMemoryEncoder, write_candidate
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.decoder_output import Decoded, rows_of
from samwise_ros.network.memory_bank import MemoryBank
from samwise_ros.network.prompt import Prompt
from samwise_ros.network.sam2 import Sam2
from samwise_ros.network.text.text_encoder import build_text_encoder


@dataclass(frozen=True, eq=False)
class ImageStem:
    """What the image trunk computes before the text enters; all commands share it.

    Attributes:
        first: (B or 1, T, H, W, C) features of stage 1.
        second: the same of stage 2.
    """

    first: Tensor
    second: Tensor


@dataclass(frozen=True, eq=False)
class TextStem:
    """What the text trunk computes before the image enters; kept per sentence.

    Attributes:
        hidden: (B, L, D).
        mask: (B, L) bool, false where a token is padding.
    """

    hidden: Tensor
    mask: Tensor


@dataclass(frozen=True, eq=False)
class Windows:
    """What the adapters keep of the frames before: one tensor for each adapter.

    Attributes:
        frames: (B, K, A, H, W) for each adapter, oldest first.
        mask: (B, K) bool, false where a frame is not there yet; ``None``: all there.
    """

    frames: tuple[Tensor, ...]
    mask: Tensor | None = None


@dataclass(frozen=True, eq=False)
class FrameFeatures:
    """One frame, as the mask decoder takes it.

    Attributes:
        features: (B, C, H, W) at stride 16.
        high_res: features at strides 4 and 8.
        text: (B, L, D) the adapted text.
        sentence: (B, D) what stands for the whole of it.
    """

    features: Tensor
    high_res: list[Tensor]
    text: Tensor
    sentence: Tensor


@dataclass(frozen=True, eq=False)
class Encoded:
    """All frames of a clip after both trunks.

    Attributes:
        levels: features (B, T, C, H, W) at strides 4, 8 and 16.
        text: (B, G, L, D) the adapted text; G is 1 in clip mode and T in causal mode.
        sentence: (B, G, D) what stands for the whole of it.
        windows: the frames' down-projections, one (B, T, A, H, W) for each adapter.
    """

    levels: list[Tensor]
    text: Tensor
    sentence: Tensor
    windows: tuple[Tensor, ...]

    def frame(self, index: int) -> FrameFeatures:
        """Return one frame of the clip."""
        stride4, stride8, stride16 = (level[:, index] for level in self.levels)
        group = index if self.text.shape[1] > 1 else 0
        text, sentence = self.text[:, group], self.sentence[:, group]
        return FrameFeatures(stride16, [stride4, stride8], text, sentence)


@dataclass(frozen=True, eq=False)
class Tracked:
    """One frame's outcome.

    Attributes:
        decoded: the mask with memory.
        candidate: what the decoder sees without memory; ``None`` where nobody asked.
        decision: (B, 2) logits of the conditional memory encoder; likewise.
        applied: (B,) bool, whether the candidate was asked for; likewise.
    """

    decoded: Decoded
    candidate: Decoded | None = None
    decision: Tensor | None = None
    applied: Tensor | None = None


class Samwise(nn.Module):
    """The whole network; it keeps no state between calls.

    Source: SAMWISE (CVPR 2025).

    Attributes:
        trained_frames: frames of the clips it was last trained on, 1 where these were images;
            ``None``: not known. Kept in the model folder.
    """

    trained_frames: int | None = None

    def __init__(self, config: SamwiseConfig) -> None:
        """Build the network with random weights."""
        super().__init__()
        self.config = config
        self.sam = Sam2(config)
        self.text_encoder = build_text_encoder(config)
        self.cmt_adapters = nn.ModuleList(
            Adapter(width, patch, config)
            for width, patch in zip(config.stage_widths[1:], config.patch_sizes, strict=True)
            if config.adapter_parts
        )
        self.prompt = Prompt(config.text_width, config.width, config.motion_prompt)
        self.conditional_memory_encoder = ConditionalMemoryEncoder(config.width)

    def image_stem(self, pixels: Tensor) -> ImageStem:
        """Run the image trunk as far as the text has no say.

        Args:
            pixels: (B, T, 3, S, S) normalised; B is 1 where commands share the camera.
        """
        first, second = self.sam.image_stem(pixels.flatten(0, 1))
        shape = pixels.shape[:2]
        return ImageStem(first.unflatten(0, shape), second.unflatten(0, shape))

    def text_stem(self, input_ids: Tensor) -> TextStem:
        """Run the text trunk as far as the image has no say, on (B, L) padded tokens."""
        return TextStem(self.text_encoder.stem(input_ids), self.text_encoder.mask(input_ids))

    def encode(
        self,
        image: ImageStem,
        text: TextStem,
        causal: bool,
        past: Windows | None = None,
    ) -> Encoded:
        """Run both trunks in lockstep.

        Args:
            image: T frames for B commands, or for all of them.
            text: B sentences.
            causal: whether a frame sees only itself and the frames before it.
            past: in causal mode the window of the T - 1 frames before; ``None``: there are none.
        """
        batch, frames = len(text.hidden), image.first.shape[1]
        groups = frames if causal else 1
        hidden = text.hidden.repeat_interleave(groups, 0)
        mask = text.mask.repeat_interleave(groups, 0)
        x = image.second.expand(batch, -1, -1, -1, -1).flatten(0, 1)
        stages = [image.first.expand(batch, -1, -1, -1, -1).flatten(0, 1)]
        windows = []
        for index in range(3):
            if index > 0:
                x = self.sam.image_stage(x, index + 1)
                hidden = self.text_encoder.step(hidden, index + 1, mask)
            if self.cmt_adapters:
                adapter = self.cmt_adapters[index]
                assert isinstance(adapter, Adapter)
                down = adapter.down(x.permute(0, 3, 1, 2).unflatten(0, (batch, frames)))
                windows.append(down)
                context, there = self._context(down, index, past) if causal else (down, None)
                vision_residual, text_residual = adapter(
                    context, 1 if causal else frames, hidden, there, mask
                )
                if vision_residual is not None:
                    x = x + vision_residual.flatten(0, 1).permute(0, 2, 3, 1)
                if text_residual is not None:
                    hidden = hidden + text_residual
            stages.append(x)
        levels = self.sam.neck([stage.permute(0, 3, 1, 2) for stage in stages])
        hidden, sentence = self.text_encoder.finish(hidden, mask)
        return Encoded(
            [level.unflatten(0, (batch, frames)) for level in levels],
            hidden.unflatten(0, (batch, groups)),
            sentence.unflatten(0, (batch, groups)),
            tuple(windows),
        )

    def _context(
        self, down: Tensor, index: int, past: Windows | None
    ) -> tuple[Tensor, Tensor | None]:
        """Give each of N new frames the window that ends with it.

        Args:
            down: (B, N, A, H, W).
            index: of the adapter.
            past: the windows of all adapters, or ``None`` where there is no frame before.

        Returns:
            (B N, T, A, H, W) and the mask (B N, T), ``None`` where all are there.
        """
        batch, frames = down.shape[:2]
        kept = self.config.clip_frames - 1
        if past is None:
            before = down.new_zeros(batch, kept, *down.shape[2:])
            mask: Tensor | None = torch.zeros(batch, kept, dtype=torch.bool, device=down.device)
        else:
            before, mask = past.frames[index], past.mask
        context = torch.cat((before, down), 1).unfold(1, kept + 1, 1)
        context = context.movedim(-1, 2).flatten(0, 1)
        if mask is not None:
            there = torch.ones(batch, frames, dtype=torch.bool, device=down.device)
            mask = torch.cat((mask, there), 1).unfold(1, kept + 1, 1).flatten(0, 1)
        return context, mask

    def track(
        self,
        frame: FrameFeatures,
        bank: MemoryBank | None,
        is_first_frame: Tensor | None = None,
        check_switch: Tensor | None = None,
        verbs: Tensor | None = None,
        has_verb: Sequence[bool] | None = None,
    ) -> Tracked:
        """Find the targets on one frame.

        Args:
            frame: the frame's features for B commands.
            bank: what to look back on; ``None`` where every command is at its first frame.
            is_first_frame: (B,) bool, true for commands at their first frame; ``None``: none is.
            check_switch: (B,) bool, which commands the conditional memory encoder decides
                about; ``None``: none.
            verbs: (B, L) bool, the verbs' tokens for the motion prompt, some rows with none;
                ``None``: no verb.
            has_verb: which rows of ``verbs`` have any; ``None``: the host waits for the device and
                looks.
        """
        sentence = self.prompt.sentence(frame.sentence)
        still = torch.cat((self.sam.empty_point(len(sentence)), sentence), 1)
        unremembered = self.sam.without_memory(frame.features)
        features = unremembered
        if bank is not None:
            features = self.sam.with_memory(frame.features, bank.memories, bank.pointers, bank.mask)
            if is_first_frame is not None:
                features = torch.where(is_first_frame[:, None, None, None], unremembered, features)
        asked = None if check_switch is None else unremembered
        if verbs is not None and has_verb is None:
            has_verb = verbs.any(1).tolist()
        if verbs is not None and has_verb is not None and any(has_verb):
            decoded = self._decode_with_verbs(features, frame, still, verbs, has_verb)
            candidate = None if asked is None else self.sam.decode(asked, frame.high_res, still)
        else:
            decoded, candidate = self._decode(features, asked, frame, still)
        if candidate is None or check_switch is None:
            return Tracked(decoded)
        decision = self.conditional_memory_encoder(decoded.pointer, candidate.early_token)
        applied = (decision[:, 1] > decision[:, 0]) & check_switch
        return Tracked(decoded, candidate, decision, applied)

    def _decode(
        self,
        features: Tensor,
        unremembered: Tensor | None,
        frame: FrameFeatures,
        still: Tensor,
    ) -> tuple[Decoded, Decoded | None]:
        """Decode with memory; and without, if that is asked."""
        if unremembered is None:
            return self.sam.decode(features, frame.high_res, still), None
        # The prompt is the same: as one batch they take half the calls.
        high_res = [torch.cat((level, level)) for level in frame.high_res]
        both = torch.cat((features, unremembered))
        return self.sam.decode(both, high_res, torch.cat((still, still))).halves()

    def _decode_with_verbs(
        self,
        features: Tensor,
        frame: FrameFeatures,
        still: Tensor,
        verbs: Tensor,
        has_verb: Sequence[bool],
    ) -> Decoded:
        """Decode with a token for the verbs where there are any; the decoder knows no padding."""
        moving = torch.cat((still, self.prompt.verb(frame.text, verbs)), 1)
        if all(has_verb):
            return self.sam.decode(features, frame.high_res, moving)
        parts: list[Decoded] = []
        places: list[int] = []
        for prompt, has_any in ((still, False), (moving, True)):
            rows = [row for row, one in enumerate(has_verb) if one == has_any]
            high_res = [rows_of(level, rows) for level in frame.high_res]
            parts.append(self.sam.decode(rows_of(features, rows), high_res, rows_of(prompt, rows)))
            places += rows
        return Decoded.in_places(parts, places)

    def memorise(self, frame: FrameFeatures, tracked: Tracked) -> Tensor:
        """Encode a frame and its outcome into a memory, (B, C_mem, H, W)."""
        mask_logits = self.sam.to_image_size(tracked.decoded.low_res_masks)
        if tracked.candidate is not None and tracked.applied is not None:
            candidate_logits = self.sam.to_image_size(tracked.candidate.low_res_masks)
            mask_logits = write_candidate(mask_logits, candidate_logits, tracked.applied)
        return self.sam.memorise(frame.features, mask_logits)
