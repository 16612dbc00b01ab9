"""Hypothesis as a source of messages: the same ones in every run, so many and no more."""

from hypothesis import HealthCheck, Phase, Verbosity, settings


def examples(number: int) -> settings:
    """Give settings for a fixed number of examples."""
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        verbosity=Verbosity.quiet,  # a batch is long; what is asserted names the message
        phases=(Phase.generate,),  # a node that fell over says nothing of smaller examples
        suppress_health_check=list(HealthCheck),
    )
