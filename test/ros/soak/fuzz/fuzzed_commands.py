"""Random commands, valid and invalid, as strategies of hypothesis."""

from fuzzed_text import texts
from hypothesis import strategies as st
from std_msgs.msg import String

from samwise_ros.msg import Command

WORDS = ("the", "red", "blue", "small", "ball", "mug", "that", "moves", "left")
valid = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
# Hypothesis itself generates only short texts.
enormous = st.builds(
    lambda text, times: text * times, st.one_of(texts, st.just("red ")), st.integers(100, 20_000)
)
sentences = st.one_of(valid, texts, enormous)
names = st.one_of(st.sampled_from(("a", "b", "c", "the-red-ball")), texts, enormous)
cameras = st.one_of(
    st.just([]),
    st.just(["camera"]),
    st.lists(st.one_of(st.just("camera"), texts, enormous), max_size=4),
    st.just(["camera"] * 1000),
)
actions = st.one_of(st.integers(0, 4), st.integers(0, 255))


def _request(name: str, sentence: str, action: int, where: list[str]) -> Command:
    return Command(id=name, sentence=sentence, action=action, cameras=where)


strings = st.builds(lambda text: String(data=text), sentences)
requests = st.builds(_request, names, sentences, actions, cameras)
messages = st.one_of(strings, requests)
