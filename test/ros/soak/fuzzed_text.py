"""Texts of any characters that a message can carry."""

from hypothesis import strategies as st

# No half of a surrogate pair: it has no UTF-8, so rclpy refuses to send it.
characters = st.characters(exclude_categories=("Cs",))
texts = st.one_of(
    st.text(characters, max_size=20),
    st.text(st.sampled_from("\0\t\n\x7f\u200b\ufeff\ufffd ?!'\"\\/;ß中🤖"), max_size=10),
)


def as_it_arrives(text: str) -> str:
    """Give what of a text reaches the other side: a string of DDS ends with the first zero."""
    return text.partition("\0")[0]
