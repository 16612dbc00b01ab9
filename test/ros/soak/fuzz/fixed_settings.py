"""Hypothesis as a source of a fixed number of messages, the same in every run."""

from hypothesis import HealthCheck, Phase, Verbosity, settings


def examples(number: int) -> settings:
    """Return settings for a fixed number of examples."""
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        verbosity=Verbosity.quiet,  # a batch is long, and the assertions name the message
        phases=(Phase.generate,),  # a crashed node cannot test smaller examples
        suppress_health_check=list(HealthCheck),
    )
