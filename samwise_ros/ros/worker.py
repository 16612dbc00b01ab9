"""The thread that owns the engine."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Generic, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

MAX_WAITING_CALLS = 32


class Worker(Generic[Job]):
    """Does one thing at a time in one thread: calls first, then the newest job of each source.

    A frame is a job, its camera the source: only a camera's newest frame waits, so that results
    stay fresh however fast the camera is, and cameras take turns in the order in which they began
    to wait, so that none starves beside a fast one. A change of the commands is a call: a bounded
    number waits, in order, and where more come the oldest are forgotten, so that the last one wins.

    Attributes:
        dropped_calls: calls forgotten because too many came.
        failures: calls and jobs that raised.
        failures_in_a_row: jobs that raised since the last one that did not.
        last_failure: what the last failed job or call said; empty once a job succeeds.
    """

    def __init__(
        self, work: Callable[[Job], None], on_failure: Callable[[Exception], None]
    ) -> None:
        """Take what to do; nothing runs before `start`.

        Args:
            work: does one job, in the worker's thread.
            on_failure: is told, in the worker's thread, what a job or a call raised.
        """
        self._work = work
        self._on_failure = on_failure
        self._wake = threading.Condition()
        self._jobs: dict[str, Job] = {}
        self._calls: deque[Callable[[], object]] = deque(maxlen=MAX_WAITING_CALLS)
        self._thread: threading.Thread | None = None
        self._stopping = False
        self.reset_counts()

    def reset_counts(self) -> None:
        """Count from zero."""
        self.dropped_calls = 0
        self.failures = 0
        self.failures_in_a_row = 0
        self.last_failure = ""

    def start(self) -> None:
        """Start the thread; it outlives `stop` by no more than the job in hand."""
        self._stopping = False
        # A daemon: a process that must end does not wait for a job that hangs.
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Forget what waits and end the thread after the job in hand.

        Returns:
            Whether it ended in time. If not, nothing else may touch the engine.
        """
        if self._thread is None:
            return True
        with self._wake:
            self._stopping = True
            self._jobs.clear()
            self._calls.clear()
            self._wake.notify()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            return False
        self._thread = None
        return True

    def offer(self, source: str, job: Job) -> bool:
        """Put a job in its source's waiting place.

        Returns:
            Whether an older one had to make room.
        """
        with self._wake:
            superseded = source in self._jobs
            self._jobs[source] = job  # one that is replaced keeps its turn
            self._wake.notify()
        return superseded

    def submit(self, call: Callable[[], object]) -> None:
        """Do something between two jobs; the oldest waiting call is forgotten if too many wait."""
        with self._wake:
            if len(self._calls) == MAX_WAITING_CALLS:
                self.dropped_calls += 1
            self._calls.append(call)
            self._wake.notify()

    def ask(self, call: Callable[[], Result], timeout_s: float) -> Result:
        """Do something between two jobs and wait for it; at once where no thread runs.

        Raises:
            concurrent.futures.TimeoutError: its turn did not come, or it was forgotten.
        """
        if self._thread is None:
            return call()
        answer: Future[Result] = Future()

        def fulfil() -> None:
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(call())
                except Exception as error:
                    answer.set_exception(error)

        self.submit(fulfil)
        try:
            return answer.result(timeout_s)
        finally:
            answer.cancel()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._stopping or self._calls or self._jobs)
                calls = list(self._calls)
                self._calls.clear()
            for call in calls:
                self._guarded(call)
            with self._wake:  # the newest job is the one that came while the calls were made
                if self._stopping:
                    return
                source = next(iter(self._jobs), None)
                if source is None:
                    continue
                job = self._jobs.pop(source)
            if self._guarded(partial(self._work, job), a_job=True):
                self.failures_in_a_row = 0
                self.last_failure = ""

    def _guarded(self, call: Callable[[], object], a_job: bool = False) -> bool:
        try:
            call()
        except Exception as error:  # whatever the network raises, the node lives
            self.failures += 1
            self.failures_in_a_row += a_job
            self.last_failure = f"{type(error).__name__}: {error}"
            self._on_failure(error)
            return False
        return True
