"""Random texts of all characters that a message can contain."""

from hypothesis import strategies as st

# No halves of surrogate pairs: they have no UTF-8 form, so rclpy cannot send them.
characters = st.characters(exclude_categories=("Cs",))
texts = st.one_of(
    st.text(characters, max_size=20),
    st.text(st.sampled_from("\0\t\n\x7f\u200b\ufeff\ufffd ?!'\"\\/;ß中🤖"), max_size=10),
)


def as_it_arrives(text: str) -> str:
    """Return the part of a text that arrives: a DDS string ends at the first zero."""
    return text.partition("\0")[0]
