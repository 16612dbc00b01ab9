"""Reference values for `samwise verify`.

``None`` stands for a value that is not recorded yet. To record a released model, run
``samwise download NAME && samwise verify NAME`` and enter the printed numbers here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """Recorded properties and score of a model.

    Attributes:
        parameters: number of parameters.
        fingerprint: SHA-256 of the weights, see `samwise_ros.network.checkpoints.fingerprint`.
        similarity: mean region similarity J on the clip of `samwise verify`, 0 to 1.
    """

    parameters: int | None = None
    fingerprint: str | None = None
    similarity: float | None = None


SIMILARITY_TOLERANCE = 0.03
"""Processors, OpenCV versions and precisions differ in a few pixels."""

REFERENCES: dict[str, Reference] = {
    "tabletop": Reference(
        parameters=1749340,
        fingerprint="7b61ff8204cd74589debf29855a03c5e94b44a50208c63bcf3b658b5db1f8511",
        similarity=0.9713,
    ),
    "tabletop_3d": Reference(
        parameters=2795860,
        fingerprint="27f27a0fca43929bb1f628767b14a415658c53331104263af4a7569b32d09777",
        similarity=0.9488,  # the clip is painted, which this model has never seen
    ),
    "samwise_mevis": Reference(),
    "samwise_ref_youtube_vos": Reference(),
    "samwise_refcoco": Reference(),
}
"""By model name: the shipped models, and the models that `samwise download` installs."""
