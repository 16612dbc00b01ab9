"""Describes the machine and the versions with which a measurement was taken."""

import os
import platform
import subprocess
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch


def describe_machine() -> dict[str, Any]:
    """Return the machine, the commit and the versions as plain data for JSON."""
    gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": _commit(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        # Running and waiting processes, a mean over the last minute.
        "load_before": round(os.getloadavg()[0], 2),
        "gpus": gpus,
        "system": platform.platform(),
        "python": platform.python_version(),
        # Of OpenCV itself: the package of apt has no metadata.
        "versions": {
            "numpy": np.__version__,
            "opencv": cv2.__version__,
            "sam2": _version("sam2"),
            "torch": torch.__version__,
        },
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _cpu() -> str:
    """Return the name of the processor, on Linux from /proc/cpuinfo."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    """Return the commit of the source, with ``+`` if files were changed; empty without git."""
    # The installed package may consist of links to the source.
    folder = Path(__file__).resolve().parent

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=folder, capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        # Result files of an earlier suite do not count as changes.
        sources = (":(top)", ":(top,exclude)benchmarks/results")
        changed = git("status", "--porcelain", "--untracked-files=no", "--", *sources)
    except FileNotFoundError:
        return ""
    return f"{commit}+" if commit and changed else commit
