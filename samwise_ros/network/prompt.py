"""The sentence as prompt tokens of the mask decoder."""

from torch import Tensor, nn
from torch.nn import functional


class Projection(nn.Module):
    """Three linear layers with ReLU between."""

    def __init__(self, text_width: int, width: int) -> None:
        """Build a projection from the text encoder's width to the decoder's."""
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.Linear(text_width, width), nn.Linear(width, width), nn.Linear(width, width)]
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (..., text_width) to (..., width)."""
        first, second, third = self.layers
        projected: Tensor = third(functional.relu(second(functional.relu(first(x)))))
        return projected


class Prompt(nn.Module):
    """Projects the sentence, and the verb where the motion prompt is on.

    Source: SAMWISE (CVPR 2025), section 3.1. The paper does not say what no verb or several do:
    no verb gives no token, several give one token, of their mean.
    """

    def __init__(self, text_width: int, width: int, motion: bool) -> None:
        """Build one projection, or two with the motion prompt."""
        super().__init__()
        self.project_text = Projection(text_width, width)
        self.project_motion_prompts = Projection(text_width, width) if motion else None

    def sentence(self, sentence: Tensor) -> Tensor:
        """Return the sentence's token (B, 1, width) from its adapted vector (B, D)."""
        token: Tensor = self.project_text(sentence[:, None])
        return token

    def verb(self, text: Tensor, verbs: Tensor) -> Tensor:
        """Return the verbs' token (B, 1, width).

        Args:
            text: (B, L, D) the adapted text.
            verbs: (B, L) bool; a row without any gives a token that means nothing.

        Raises:
            ValueError: where the model has no motion prompt.
        """
        if self.project_motion_prompts is None:
            raise ValueError("verbs were given, but this model has no motion prompt")
        weight = verbs.to(text)
        weight = weight / weight.sum(1, keepdim=True).clamp(min=1)
        token: Tensor = self.project_motion_prompts(weight[:, None] @ text)
        return token
