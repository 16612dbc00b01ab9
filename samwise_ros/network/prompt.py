"""Prompt tokens of the mask decoder, projected from the text."""

from torch import Tensor, nn
from torch.nn import functional


class TextProjection(nn.Module):
    """Three linear layers with ReLU between them."""

    def __init__(self, text_width: int, width: int) -> None:
        """Build a projection from the text encoder's width to the decoder's width."""
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.Linear(text_width, width), nn.Linear(width, width), nn.Linear(width, width)]
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., text_width) to (..., width)."""
        first, second, third = self.layers
        projected: Tensor = third(functional.relu(second(functional.relu(first(x)))))
        return projected


class PromptEncoder(nn.Module):
    """Projects the sentence, and optionally its verbs, to prompt tokens.

    The paper does not define the motion prompt for sentences without a verb or with several. Here,
    a sentence without a verb has no motion token, and several verbs share one token of their mean.

    Source: SAMWISE (CVPR 2025), section 3.1.
    """

    def __init__(self, text_width: int, width: int, motion: bool) -> None:
        """Build the sentence projection, and the verb projection if ``motion`` is true."""
        super().__init__()
        self.project_text = TextProjection(text_width, width)
        self.project_motion_prompts = TextProjection(text_width, width) if motion else None

    def sentence_token(self, sentence: Tensor) -> Tensor:
        """Project adapted sentence vectors (B, D) to prompt tokens (B, 1, width)."""
        token: Tensor = self.project_text(sentence[:, None])
        return token

    def verb_token(self, text: Tensor, verbs: Tensor) -> Tensor:
        """Project the mean of each sentence's verbs to a prompt token.

        Args:
            text: (B, L, D) adapted text tokens.
            verbs: (B, L) bool, true for verb tokens.

        Returns:
            (B, 1, width); the token of a row without a verb is meaningless.

        Raises:
            ValueError: the model has no motion prompt.
        """
        if self.project_motion_prompts is None:
            raise ValueError("expected a model with motion_prompt=True, got verbs for one without")
        weight = verbs.to(text)
        weight = weight / weight.sum(1, keepdim=True).clamp(min=1)
        token: Tensor = self.project_motion_prompts(weight[:, None] @ text)
        return token
