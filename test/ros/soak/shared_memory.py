"""Shared memory segments of the middleware that a killed process leaves behind.

Fast DDS removes a participant's segment, 64 MiB with our profile, only if the process ends
regularly. The owner of a segment holds a lock on the file with the suffix ``_el``.
"""

import fcntl
from pathlib import Path


def segments_of(process: int) -> set[Path]:
    """Return the segments that a running process maps, its own and others'."""
    lines = Path(f"/proc/{process}/maps").read_text().splitlines()
    paths = {Path(line.split()[-1]) for line in lines if "/dev/shm/fastrtps_" in line}
    return {path for path in paths if not path.name.startswith("fastrtps_port")}


def remove_dead(segments: set[Path]) -> None:
    """Remove the segments whose owner has ended."""
    for path in segments:
        lock = path.with_name(f"{path.name}_el")
        if not lock.exists():
            continue
        with lock.open() as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            path.unlink(missing_ok=True)
            lock.unlink()
