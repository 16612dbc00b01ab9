"""RoBERTa and CLIP text encoders from ``transformers``, run in the steps that SAMWISE needs."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, RobertaConfig, RobertaModel

from samwise_ros.network.config import SamwiseConfig


class TextEncoder(nn.Module, ABC):
    """A text encoder that runs in four steps, so that adapters can run between its layers.

    Symbols: L is the number of tokens, D is ``text_width``.
    """

    def __init__(self, config: SamwiseConfig, layers: nn.ModuleList) -> None:
        """Split the layers into steps of ``config.text_layers`` layers."""
        super().__init__()
        self.pad_id = config.pad_id
        self._steps = tuple(
            tuple(layers[sum(config.text_layers[:step]) :][:count])
            for step, count in enumerate(config.text_layers)
        )

    def stem(self, input_ids: Tensor) -> Tensor:
        """Embed the tokens and run the layers before the first adapter, steps 0 and 1.

        Args:
            input_ids: (B, L) int64, padded with ``SamwiseConfig.pad_id``.

        Returns:
            (B, L, D) hidden states.
        """
        mask = self.attention_mask(input_ids)
        return self.step(self.step(self._embed(input_ids), 0, mask), 1, mask)

    def step(self, hidden: Tensor, step: int, mask: Tensor) -> Tensor:
        """Run the layers of one step.

        Args:
            hidden: (B, L, D) hidden states.
            step: index from 0 to 3.
            mask: (B, L) bool, false for padding tokens.
        """
        for layer in self._steps[step]:
            hidden = self._run(layer, hidden, mask)
        return hidden

    @abstractmethod
    def attention_mask(self, input_ids: Tensor) -> Tensor:
        """Return (B, L) bool, false for padding tokens."""

    @abstractmethod
    def finish(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the tokens (B, L, D) and the sentence vector (B, D) after the last adapter."""

    @abstractmethod
    def _embed(self, input_ids: Tensor) -> Tensor: ...

    @abstractmethod
    def _run(self, layer: nn.Module, hidden: Tensor, mask: Tensor) -> Tensor: ...


class RobertaTextEncoder(TextEncoder):
    """RoBERTa: bidirectional attention; the first token is the sentence vector."""

    def __init__(self, config: SamwiseConfig) -> None:
        """Build the layers with the configuration's sizes, without dropout."""
        roberta = RobertaModel(
            RobertaConfig(
                vocab_size=config.vocabulary,
                hidden_size=config.text_width,
                num_hidden_layers=sum(config.text_layers),
                num_attention_heads=config.text_heads,
                intermediate_size=config.text_feed_forward,
                max_position_embeddings=config.positions,
                type_vocab_size=1,
                layer_norm_eps=1e-5,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
                pad_token_id=config.pad_id,
            ),
            add_pooling_layer=False,
        )
        super().__init__(config, roberta.encoder.layer)
        self.roberta = roberta
        # Released checkpoints have no token type embedding, which equals a zero embedding.
        nn.init.zeros_(self.roberta.embeddings.token_type_embeddings.weight)
        self.roberta.embeddings.token_type_embeddings.requires_grad_(False)

    def attention_mask(self, input_ids: Tensor) -> Tensor:
        """Return (B, L) bool, false for padding tokens."""
        return input_ids != self.pad_id

    def finish(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the tokens unchanged, and the first token as the sentence vector."""
        return hidden, hidden[:, 0]

    def _embed(self, input_ids: Tensor) -> Tensor:
        embedded: Tensor = self.roberta.embeddings(input_ids)
        return embedded

    def _run(self, layer: nn.Module, hidden: Tensor, mask: Tensor) -> Tensor:
        output: Tensor = layer(hidden, mask[:, None, None, :])
        return output


class ClipTextEncoder(TextEncoder):
    """CLIP's text model: causal attention; the end-of-text token is the sentence vector.

    The layers are pre-norm, so the adapters' residuals are added between the layers. The final norm
    runs after layer 12 and after the last adapter. The sentence vector is the normalised
    end-of-text token, without CLIP's text projection, since the prompt has a separate projection.

    Source: the paper reports results with CLIP-B without further details.
    """

    def __init__(self, config: SamwiseConfig) -> None:
        """Build the layers with the configuration's sizes."""
        clip = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=config.vocabulary,
                hidden_size=config.text_width,
                num_hidden_layers=sum(config.text_layers),
                num_attention_heads=config.text_heads,
                intermediate_size=config.text_feed_forward,
                max_position_embeddings=config.positions,
                pad_token_id=config.pad_id,
                bos_token_id=config.vocabulary - 2,
                eos_token_id=config.pad_id,
            )
        )
        super().__init__(config, clip.encoder.layers)
        self.clip = clip

    def attention_mask(self, input_ids: Tensor) -> Tensor:
        """Return (B, L) bool, true up to the first end-of-text token; padding repeats it."""
        ended = (input_ids == self.pad_id).cumsum(1)
        return (ended == 0) | ((ended == 1) & (input_ids == self.pad_id))

    def finish(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the normalised tokens, and the end-of-text token as the sentence vector."""
        tokens: Tensor = self.clip.final_layer_norm(hidden)
        rows = torch.arange(len(tokens), device=tokens.device)
        return tokens, tokens[rows, mask.sum(1) - 1]

    def _embed(self, input_ids: Tensor) -> Tensor:
        embedded: Tensor = self.clip.embeddings(input_ids)
        return embedded

    def _run(self, layer: nn.Module, hidden: Tensor, mask: Tensor) -> Tensor:
        # Padding is last, so causal attention hides it from all other tokens.
        output: Tensor = layer(hidden, None, is_causal=True)
        return output


def build_text_encoder(config: SamwiseConfig) -> TextEncoder:
    """Build the text encoder ``config.text_encoder`` with random weights."""
    return {"roberta": RobertaTextEncoder, "clip": ClipTextEncoder}[config.text_encoder](config)
