"""State dict keys of released checkpoints, translated to the keys of `Samwise`."""

import re

_SENTENCE_ENCODER = "text_encoder.model.encoder.sentence_encoder."
_UNUSED = re.compile(
    r"text_encoder\._float_tensor|.*\.encoder\.lm_head\..*|.*sentence_encoder\.version"
)
_EMBEDDINGS = {
    "embed_tokens": "word_embeddings",
    "embed_positions": "position_embeddings",
    "layernorm_embedding": "LayerNorm",
}
_LAYER = {
    "self_attn.q_proj": "attention.self.query",
    "self_attn.k_proj": "attention.self.key",
    "self_attn.v_proj": "attention.self.value",
    "self_attn.out_proj": "attention.output.dense",
    "self_attn_layer_norm": "attention.output.LayerNorm",
    "fc1": "intermediate.dense",
    "fc2": "output.dense",
    "final_layer_norm": "output.LayerNorm",
}
_PROMPT = "sam.sam_prompt_encoder.project_"


def translate_key(released: str) -> str | None:
    """Translate one key of a released checkpoint.

    Args:
        released: the key in the released checkpoint, with or without the prefix ``module.``.

    Returns:
        The key in the state dict of `Samwise`, or ``None`` for a tensor that it does not use.

    >>> translate_key("module.text_encoder.model.encoder.sentence_encoder.layers.3.fc1.weight")
    'text_encoder.roberta.encoder.layer.3.intermediate.dense.weight'
    >>> translate_key("sam.sam_prompt_encoder.project_text.layers.0.bias")
    'prompt.project_text.layers.0.bias'
    >>> translate_key("text_encoder._float_tensor") is None
    True
    """
    key = released.removeprefix("module.")
    if _UNUSED.fullmatch(key):
        return None
    if key.startswith(_PROMPT):
        return key.replace("sam.sam_prompt_encoder.", "prompt.", 1)
    if not key.startswith(_SENTENCE_ENCODER):
        return key
    path, leaf = key.removeprefix(_SENTENCE_ENCODER).rsplit(".", 1)
    if path in _EMBEDDINGS:
        return f"text_encoder.roberta.embeddings.{_EMBEDDINGS[path]}.{leaf}"
    layer = re.fullmatch(r"layers\.(\d+)\.(.+)", path)
    if layer and layer[2] in _LAYER:
        return f"text_encoder.roberta.encoder.layer.{layer[1]}.{_LAYER[layer[2]]}.{leaf}"
    return key
