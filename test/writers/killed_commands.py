"""Runs `samwise` commands in another process, to their end, killed, or with a full disk."""

import json
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path


class Commands:
    """Runs `samwise` commands to their end, kills them, or limits their files."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, arguments: list[str]) -> float:
        """Run a command, which has to succeed; return its seconds."""
        begin = time.monotonic()
        code, output = self._request(arguments)
        assert code == 0, output
        return time.monotonic() - begin

    def kill(self, arguments: list[str], after_s: float, part: Path | None = None) -> bool:
        """Run a command and kill it; return whether it had not ended before.

        Args:
            arguments: the command.
            after_s: the time from the start, or from the appearance of the partial file.
            part: pattern of a partial file or folder.
        """
        code, output = self._request(arguments, after_s, str(part) if part else None)
        assert code in (0, -signal.SIGKILL), output
        return code != 0

    def fail(self, arguments: list[str], limit: int) -> str:
        """Run a command whose files have a limit in bytes, and return its last line: the error."""
        code, output = self._request(arguments, limit=limit)
        assert code == 2, output
        assert "Traceback" not in output, output
        return output.splitlines()[-1]

    def _request(
        self,
        arguments: list[str],
        after_s: float | None = None,
        part: str | None = None,
        limit: int | None = None,
    ) -> tuple[int, str]:
        assert self._process.stdin
        assert self._process.stdout
        request = json.dumps([arguments, after_s, part, limit])
        print(request, file=self._process.stdin, flush=True)
        code, output = json.loads(self._process.stdout.readline())
        return code, output


def kill_at_moments(
    commands: Commands, arguments: list[str], seconds: float, moments: int, parts: Sequence[Path]
) -> Iterator[int]:
    """Yield after each attempt; half of them aim at the time in which a partial file exists.

    Args:
        commands: the server.
        arguments: the command, which takes ``seconds``.
        seconds: duration of the command.
        moments: number of attempts that must find the command running.
        parts: patterns of partial files of the command, in turn.
    """
    chance = random.Random(moments)
    killed = 0
    for attempt in range(10 * moments):
        if attempt % 2:
            part = parts[attempt // 2 % len(parts)]
            killed += commands.kill(arguments, chance.choice((0, 0.0005, 0.005, 0.05)), part)
        else:
            killed += commands.kill(arguments, chance.uniform(0, seconds))
        yield attempt
        if killed == moments:
            return
    raise AssertionError(f"killed {killed} of {10 * moments} times; the others had ended")
