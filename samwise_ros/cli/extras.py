"""The optional packages of the subcommands, and the error that names a missing one."""

import sys

EXTRAS = {
    "cv2": ("opencv", "opencv-python-headless"),
    "lz4": ("bag", "lz4"),
    "mcap": ("bag", "mcap"),
    "mujoco": ("sim", "mujoco"),
    "pycocotools": ("train", "pycocotools"),
    "rosbags": ("bag", "rosbags"),
    "spacy": ("verbs", "spacy"),
    "tensorboard": ("train", "tensorboard"),
    "zstandard": ("bag", "zstandard"),
}
"""By the module that is imported: the extra of pyproject.toml and the package on PyPI."""

REQUIRED = frozenset({"av", "gdown", "safetensors", "sam2", "torch", "transformers"})
"""Modules of packages that every installation has."""


def missing_extra(error: ModuleNotFoundError) -> str | None:
    """Return how to install the optional package whose import failed.

    Args:
        error: as raised by an import.

    Returns:
        One sentence, or ``None`` if the missing module belongs to no package of samwise_ros.

    >>> error = ModuleNotFoundError(name="rosbags.rosbag2")
    >>> print(missing_extra(error))  # doctest: +NORMALIZE_WHITESPACE
    expected the package rosbags, which is not installed; run: pip install rosbags,
    or install samwise_ros with its extra: pip install '.[bag]'
    """
    module = (error.name or "").partition(".")[0]
    extra, package = EXTRAS.get(module, ("", ""))
    if module in REQUIRED:
        return (
            f"the package {module} is not installed in {sys.prefix}; activate the virtual "
            "environment in which samwise_ros was installed"
        )
    if not extra:
        return None
    return (
        f"expected the package {package}, which is not installed; run: pip install {package}, "
        f"or install samwise_ros with its extra: pip install '.[{extra}]'"
    )
