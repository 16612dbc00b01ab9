"""SAMWISE: image and text trunks in lockstep, and tracking of one frame with memory."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from samwise_ros.network.adapters.adapter import Adapter
from samwise_ros.network.adapters.causal_window import sliding_windows
from samwise_ros.network.conditional_memory import ConditionalMemoryEncoder, write_candidate
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.decoder_output import DecoderOutput, TrackOutput, select_rows
from samwise_ros.network.features import (
    AdapterWindow,
    ClipFeatures,
    FrameFeatures,
    ImageStem,
    TextStem,
)
from samwise_ros.network.memory_bank import MemoryBank
from samwise_ros.network.prompt import PromptEncoder
from samwise_ros.network.sam2 import Sam2
from samwise_ros.network.text.text_encoder import build_text_encoder


class Samwise(nn.Module):
    """The whole network. It keeps no state between calls.

    For each frame: `image_stem` and `text_stem`, then `encode`, `track` and `encode_memory`.

    Source: SAMWISE (CVPR 2025).

    Attributes:
        config: the sizes of all parts.
        trained_frames: clip length of the latest training, 1 for images; ``None`` if unknown.
            It is saved in the model folder.
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
        self.prompt = PromptEncoder(config.text_width, config.width, config.motion_prompt)
        self.conditional_memory_encoder = ConditionalMemoryEncoder(config.width)

    def image_stem(self, pixels: Tensor) -> ImageStem:
        """Run the layers of the image trunk that do not depend on the text.

        Args:
            pixels: (B, T, 3, S, S) float, normalised; B is 1 if commands share the camera.
        """
        stage1, stage2 = self.sam.image_stem(pixels.flatten(0, 1))
        shape = pixels.shape[:2]
        return ImageStem(stage1.unflatten(0, shape), stage2.unflatten(0, shape))

    def text_stem(self, input_ids: Tensor) -> TextStem:
        """Run the layers of the text trunk that do not depend on the image.

        Args:
            input_ids: (B, L) int64 padded tokens.
        """
        mask = self.text_encoder.attention_mask(input_ids)
        return TextStem(self.text_encoder.stem(input_ids), mask)

    def encode(
        self,
        image: ImageStem,
        text: TextStem,
        causal: bool,
        past: AdapterWindow | None = None,
    ) -> ClipFeatures:
        """Run both trunks in lockstep, with an adapter after each of the last three stages.

        Args:
            image: T frames for B commands, or for one camera that all commands share.
            text: B sentences.
            causal: whether a frame attends only to itself and the frames before it.
            past: in causal mode, the adapters' window of the frames before; ``None`` if there are
                none.
        """
        batch, frames = len(text.hidden), image.stage1.shape[1]
        groups = frames if causal else 1
        hidden = text.hidden.repeat_interleave(groups, 0)
        mask = text.mask.repeat_interleave(groups, 0)
        x = image.stage2.expand(batch, -1, -1, -1, -1).flatten(0, 1)
        stages = [image.stage1.expand(batch, -1, -1, -1, -1).flatten(0, 1)]
        windows = []
        for index in range(3):
            if index > 0:
                x = self.sam.image_stage(x, index + 1)
                hidden = self.text_encoder.step(hidden, index + 1, mask)
            if self.cmt_adapters:
                adapter = self.cmt_adapters[index]
                assert isinstance(adapter, Adapter)
                down = adapter.project_down(x.permute(0, 3, 1, 2).unflatten(0, (batch, frames)))
                windows.append(down)
                context, context_mask = down, None
                if causal:
                    context, context_mask = self._causal_context(down, index, past)
                vision_residual, text_residual = adapter(
                    context, 1 if causal else frames, hidden, context_mask, mask
                )
                if vision_residual is not None:
                    x = x + vision_residual.flatten(0, 1).permute(0, 2, 3, 1)
                if text_residual is not None:
                    hidden = hidden + text_residual
            stages.append(x)
        levels = self.sam.neck([stage.permute(0, 3, 1, 2) for stage in stages])
        hidden, sentence = self.text_encoder.finish(hidden, mask)
        return ClipFeatures(
            [level.unflatten(0, (batch, frames)) for level in levels],
            hidden.unflatten(0, (batch, groups)),
            sentence.unflatten(0, (batch, groups)),
            tuple(windows),
        )

    def _causal_context(
        self, down: Tensor, index: int, past: AdapterWindow | None
    ) -> tuple[Tensor, Tensor | None]:
        """Return each frame's window of T frames for adapter ``index``, and its mask."""
        length = self.config.clip_frames
        if past is None:
            return sliding_windows(down, length)
        return sliding_windows(down, length, past.frames[index], past.mask)

    def track(
        self,
        frame: FrameFeatures,
        bank: MemoryBank | None,
        is_first_frame: Tensor | None = None,
        check_switch: Tensor | None = None,
        verbs: Tensor | None = None,
        has_verb: Sequence[bool] | None = None,
    ) -> TrackOutput:
        """Decode the masks of B commands on one frame.

        Args:
            frame: features of the frame for B commands.
            bank: the commands' memory; ``None`` if all commands are at their first frame.
            is_first_frame: (B,) bool, true for commands at their first frame; ``None`` if no
                command is.
            check_switch: (B,) bool, true for commands for which the conditional memory encoder
                may switch; ``None`` skips it.
            verbs: (B, L) bool, true for verb tokens, for the motion prompt; ``None`` if no
                sentence has a verb.
            has_verb: whether each row of ``verbs`` has a true entry; ``None`` computes it, which
                synchronises with the device.
        """
        sentence = self.prompt.sentence_token(frame.sentence)
        prompt = torch.cat((self.sam.empty_point(len(sentence)), sentence), 1)
        memoryless = self.sam.add_no_memory_embedding(frame.features)
        features = memoryless
        if bank is not None:
            features = self.sam.condition_on_memory(
                frame.features, bank.memories, bank.pointers, bank.mask
            )
            if is_first_frame is not None:
                features = torch.where(is_first_frame[:, None, None, None], memoryless, features)
        second = None if check_switch is None else memoryless
        if verbs is not None and has_verb is None:
            has_verb = verbs.any(1).tolist()
        if verbs is not None and has_verb is not None and any(has_verb):
            decoded = self._decode_with_verbs(features, frame, prompt, verbs, has_verb)
            candidate = None if second is None else self.sam.decode(second, frame.high_res, prompt)
        else:
            decoded, candidate = self._decode(features, second, frame, prompt)
        if candidate is None or check_switch is None:
            return TrackOutput(decoded)
        decision = self.conditional_memory_encoder(decoded.pointer, candidate.early_token)
        applied = (decision[:, 1] > decision[:, 0]) & check_switch
        return TrackOutput(decoded, candidate, decision, applied)

    def _decode(
        self,
        features: Tensor,
        memoryless: Tensor | None,
        frame: FrameFeatures,
        prompt: Tensor,
    ) -> tuple[DecoderOutput, DecoderOutput | None]:
        """Decode with memory, and also without memory if ``memoryless`` is not ``None``."""
        if memoryless is None:
            return self.sam.decode(features, frame.high_res, prompt), None
        # Both use the same prompt, so one batch halves the number of kernel launches.
        high_res = [torch.cat((level, level)) for level in frame.high_res]
        both = torch.cat((features, memoryless))
        return self.sam.decode(both, high_res, torch.cat((prompt, prompt))).split_batch()

    def _decode_with_verbs(
        self,
        features: Tensor,
        frame: FrameFeatures,
        prompt: Tensor,
        verbs: Tensor,
        has_verb: Sequence[bool],
    ) -> DecoderOutput:
        """Decode with a motion token for the rows that have a verb.

        The decoder has no prompt padding, so rows with and without a verb are decoded separately.
        """
        motion_prompt = torch.cat((prompt, self.prompt.verb_token(frame.text, verbs)), 1)
        if all(has_verb):
            return self.sam.decode(features, frame.high_res, motion_prompt)
        parts: list[DecoderOutput] = []
        order: list[int] = []
        for tokens, with_verb in ((prompt, False), (motion_prompt, True)):
            rows = [row for row, verb in enumerate(has_verb) if verb == with_verb]
            high_res = [select_rows(level, rows) for level in frame.high_res]
            parts.append(
                self.sam.decode(select_rows(features, rows), high_res, select_rows(tokens, rows))
            )
            order += rows
        return DecoderOutput.from_parts(parts, order)

    def encode_memory(self, frame: FrameFeatures, tracked: TrackOutput) -> Tensor:
        """Encode a frame and its mask into memory features (B, C_mem, H, W).

        Where a switch is applied, the candidate's mask is written over the tracked mask.
        """
        mask_logits = self.sam.to_image_size(tracked.decoded.low_res_masks)
        if tracked.candidate is not None and tracked.applied is not None:
            candidate_logits = self.sam.to_image_size(tracked.candidate.low_res_masks)
            mask_logits = write_candidate(mask_logits, candidate_logits, tracked.applied)
        return self.sam.encode_memory(frame.features, mask_logits)
