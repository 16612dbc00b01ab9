"""Sentences about the things of a simulated video.

A sentence is drawn as a meaning (``meaning``), judged on every frame against what a viewer of the
video could see (``evidence``, with one file of criteria for each family), and only then worded
(``wording``). A criterion judges with margins: a thing fits for certain, possibly or not at all.
A sentence is kept where its target fits for certain and no other thing fits even possibly.
"""

from samwise_ros.data.tabletop.language.draw import Sentence, SentenceKind, draw_sentences
from samwise_ros.data.tabletop.language.wording import vocabulary

__all__ = ["Sentence", "SentenceKind", "draw_sentences", "vocabulary"]
