"""Scores that nobody had to earn."""

from samwise_ros.evaluation.scoring import ExpressionScore, Similarity


def score(jf: float, video: str = "v", expression: str = "0", **fields: object) -> ExpressionScore:
    """A score with J = F, about a ball unless other fields are given."""
    standard = {
        "sentence": "the ball", "kind": "", "detail": "", "annotator": 0,
        "intersection": 0, "union": 0, "swap": None,
    }  # fmt: skip
    return ExpressionScore(video, expression, own=Similarity(jf, jf), **{**standard, **fields})
