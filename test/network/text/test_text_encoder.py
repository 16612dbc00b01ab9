"""The text encoders in steps match the library, and padding has no effect."""

import dataclasses

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.text_encoder import ClipTextEncoder, build_text_encoder
from samwise_ros.network.text.tokenizer import SentenceTokenizer

CLIP = dataclasses.replace(
    PRESETS["mini"], text_encoder="clip", vocabulary=40, positions=12, text_layers=(1, 3, 4, 4)
)
BEGIN, END = CLIP.vocabulary - 2, CLIP.vocabulary - 1
LONG = [BEGIN, 5, 9, 5, 17, 3, END]
SHORT = [BEGIN, 21, 2, END]


def _padded(*sentences: list[int]) -> torch.Tensor:
    length = max(map(len, sentences))
    return torch.tensor([ids + [END] * (length - len(ids)) for ids in sentences])


@pytest.fixture(scope="module")
def clip() -> ClipTextEncoder:
    torch.manual_seed(0)
    encoder = build_text_encoder(CLIP).eval()
    assert isinstance(encoder, ClipTextEncoder)
    for name, parameter in encoder.named_parameters():  # the library's initial weights are tiny
        torch.nn.init.normal_(parameter, 1.0 if name.endswith("norm.weight") else 0.0, 0.2)
    return encoder


def _run_steps(
    encoder: ClipTextEncoder, input_ids: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    mask, hidden = encoder.attention_mask(input_ids), encoder.stem(input_ids)
    for step in (2, 3):
        hidden = encoder.step(hidden, step, mask)
    return encoder.finish(hidden, mask)


@torch.inference_mode()
def test_steps_without_adapters_match_transformers(clip: ClipTextEncoder) -> None:
    input_ids = _padded(LONG, SHORT)
    theirs = clip.clip(input_ids)
    words, sentence = _run_steps(clip, input_ids)
    assert torch.equal(words, theirs.last_hidden_state)
    assert torch.equal(sentence, theirs.pooler_output)


@torch.inference_mode()
def test_padding_has_no_effect(clip: ClipTextEncoder) -> None:
    words, sentence = _run_steps(clip, _padded(SHORT, LONG))
    alone_words, alone = _run_steps(clip, _padded(SHORT))
    torch.testing.assert_close(sentence[:1], alone)
    torch.testing.assert_close(words[:1, : len(SHORT)], alone_words)


def test_attention_mask_ends_at_first_end_of_text(clip: ClipTextEncoder) -> None:
    mask = clip.attention_mask(_padded(SHORT, LONG))
    assert mask.sum(1).tolist() == [len(SHORT), len(LONG)]
    assert mask[0].tolist() == [True] * 4 + [False] * 3


@pytest.mark.parametrize("causal", [False, True])
@torch.inference_mode()
def test_sentence_vector_of_clip_is_end_of_text(causal: bool) -> None:
    torch.manual_seed(1)
    network = Samwise(CLIP).eval()
    image = network.image_stem(torch.randn(1, 2, 3, 256, 256))
    other = [BEGIN, 22, 2, END]
    text = network.text_stem(_padded(SHORT, LONG, other))
    encoded = network.encode(image, text, causal)
    for index in range(2):
        frame = encoded.frame(index)
        assert frame.sentence.shape == (3, CLIP.text_width)
        ends = text.mask.sum(1) - 1
        assert torch.equal(frame.sentence, frame.text[torch.arange(3), ends])
        # The end-of-text token attends to all words, so another first word changes it.
        assert not torch.allclose(frame.sentence[0], frame.sentence[2], rtol=1e-3)
        assert network.track(frame, None).decoded.score.shape == (3, 1)


def test_tokenizers_pad_as_their_network_expects() -> None:
    vocabulary = {"<|startoftext|>": BEGIN, "<|endoftext|>": END, "red": 5, "mug": 9, "?": 0}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>",
        special_tokens=[("<|startoftext|>", BEGIN), ("<|endoftext|>", END)],
    )
    ours = SentenceTokenizer(tokenizer)
    assert ours.pad_id == CLIP.pad_id
    assert ours.encode_batch(["red mug", "mug"]).tolist() == [
        [BEGIN, 5, 9, END],
        [BEGIN, 9, END, END],
    ]
    assert SentenceTokenizer.from_words(["red"]).pad_id == PRESETS["base_plus"].pad_id


def test_clip_preset_has_number_of_parameters_in_paper() -> None:
    with torch.device("meta"):
        text = build_text_encoder(PRESETS["base_plus_clip"])
    count = sum(parameter.numel() for parameter in text.parameters())
    assert (
        count == 63_165_952
    )  # 150 million with the 86 million of all other parts, see the parity keys


@pytest.mark.parametrize(("name", "longest"), [("base_plus", 512), ("base_plus_clip", 77)])
def test_max_tokens_is_longest_accepted_sentence(name: str, longest: int) -> None:
    config = dataclasses.replace(
        PRESETS[name], text_width=8, text_heads=2, text_feed_forward=8, text_layers=(1, 0, 0, 0)
    )
    encoder = build_text_encoder(config).eval()
    assert config.max_tokens == longest
    assert encoder.stem(torch.full((1, longest), 5)).shape == (1, longest, 8)
    with pytest.raises((IndexError, RuntimeError, ValueError)):
        encoder.stem(torch.full((1, longest + 1), 5))
