"""RoBERTa and CLIP's text model, built from ``transformers`` and run in the steps SAMWISE needs."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, RobertaConfig, RobertaModel

from samwise_ros.network.config import SamwiseConfig


class TextEncoder(nn.Module, ABC):
    """A text encoder in four steps, so that adapters can stand between its layers."""

    def __init__(self, config: SamwiseConfig, layers: nn.ModuleList) -> None:
        """Take the layers; ``config.text_layers`` says how many belong to each step."""
        super().__init__()
        self.pad_id = config.pad_id
        self._steps = tuple(
            tuple(layers[sum(config.text_layers[:step]) :][:count])
            for step, count in enumerate(config.text_layers)
        )

    def stem(self, input_ids: Tensor) -> Tensor:
        """Embed the tokens and run the layers that no adapter precedes.

        Args:
            input_ids: (B, L) int64, filled up with ``SamwiseConfig.pad_id``.

        Returns:
            (B, L, D).
        """
        mask = self.mask(input_ids)
        return self.step(self.step(self._embed(input_ids), 0, mask), 1, mask)

    def step(self, hidden: Tensor, step: int, mask: Tensor) -> Tensor:
        """Run the layers of one lockstep step, 0 to 3.

        Args:
            hidden: (B, L, D).
            step: which.
            mask: (B, L) bool, false where a token is padding.
        """
        for layer in self._steps[step]:
            hidden = self._run(layer, hidden, mask)
        return hidden

    @abstractmethod
    def mask(self, input_ids: Tensor) -> Tensor:
        """Return (B, L) bool, false where a token is padding."""

    @abstractmethod
    def finish(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the words (B, L, D) and the sentence (B, D) after the last step and adapter."""

    @abstractmethod
    def _embed(self, input_ids: Tensor) -> Tensor: ...

    @abstractmethod
    def _run(self, layer: nn.Module, hidden: Tensor, mask: Tensor) -> Tensor: ...


class Roberta(TextEncoder):
    """RoBERTa: every token sees every other, and the first one stands for the sentence."""

    def __init__(self, config: SamwiseConfig) -> None:
        """Build the layers with the configuration's sizes; dropout is off."""
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
        # Released checkpoints have no token types: theirs count as zero.
        nn.init.zeros_(self.roberta.embeddings.token_type_embeddings.weight)
        self.roberta.embeddings.token_type_embeddings.requires_grad_(False)

    def mask(self, input_ids: Tensor) -> Tensor:
        """Return (B, L) bool, false where a token is padding."""
        return input_ids != self.pad_id

    def finish(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the words as they are, and the first of them as the sentence."""
        return hidden, hidden[:, 0]

    def _embed(self, input_ids: Tensor) -> Tensor:
        embedded: Tensor = self.roberta.embeddings(input_ids)
        return embedded

    def _run(self, layer: nn.Module, hidden: Tensor, mask: Tensor) -> Tensor:
        output: Tensor = layer(hidden, mask[:, None, None, :])
        return output


class Clip(TextEncoder):
    """CLIP's text model: a token sees those before it, and the end of the text has seen all.

    Its layers normalise what they read, not what they pass on, so the adapters' residuals go into
    the stream between the layers, and the final norm comes last: after layer 12 and after the last
    adapter. The sentence's vector is the end of the text after that norm, not projected into
    CLIP's space of images: the prompt has its own projection.

    Source: the paper reports results with CLIP-B and says no more than that.
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

    def mask(self, input_ids: Tensor) -> Tensor:
        """Return (B, L) bool: a text goes as far as its first end, padding repeats the end."""
        ended = (input_ids == self.pad_id).cumsum(1)
        return (ended == 0) | ((ended == 1) & (input_ids == self.pad_id))

    def finish(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the normed words, and the end of the text as the sentence."""
        words: Tensor = self.clip.final_layer_norm(hidden)
        rows = torch.arange(len(words), device=words.device)
        return words, words[rows, mask.sum(1) - 1]

    def _embed(self, input_ids: Tensor) -> Tensor:
        embedded: Tensor = self.clip.embeddings(input_ids)
        return embedded

    def _run(self, layer: nn.Module, hidden: Tensor, mask: Tensor) -> Tensor:
        # Padding comes last, so nothing before it sees it.
        output: Tensor = layer(hidden, None, is_causal=True)
        return output


def build_text_encoder(config: SamwiseConfig) -> TextEncoder:
    """Build the text encoder that the configuration names."""
    return {"roberta": Roberta, "clip": Clip}[config.text_encoder](config)
