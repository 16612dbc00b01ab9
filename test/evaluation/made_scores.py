"""Scores for tests."""

from samwise_ros.evaluation.scoring import ExpressionScore, Similarity


def score(jf: float, video: str = "v", expression: str = "0", **fields: object) -> ExpressionScore:
    """Return a score with J = F; the sentence is about a ball unless ``fields`` override it."""
    standard = {
        "sentence": "the ball", "kind": "", "detail": "", "annotator": 0,
        "intersection": 0, "union": 0, "swap": None,
    }  # fmt: skip
    return ExpressionScore(video, expression, own=Similarity(jf, jf), **{**standard, **fields})
