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
CALLS_PER_JOB = 4  # a flood of commands must not keep frames waiting


class Worker(Generic[Job]):
    """Runs calls and jobs in one thread: up to 4 waiting calls, then the newest job of a source.

    A job is a frame and its source is a camera. Only the newest frame of a camera waits, so results
    stay fresh at any camera rate. Cameras take turns in the order in which they began to wait, so a
    fast camera does not starve a slow one. A call is a change of the commands. Calls keep their
    order; if more than `MAX_WAITING_CALLS` wait, the oldest are discarded.

    Attributes:
        discarded_calls: calls that were discarded because too many waited.
        failures: calls and jobs that raised an exception.
        consecutive_failures: failed jobs since the last successful job.
        last_failure: error of the last failed job or call; empty after a successful job.
    """

    def __init__(
        self, work: Callable[[str, Job], None], on_failure: Callable[[Exception], None]
    ) -> None:
        """Prepare the worker; nothing runs before `start`.

        Args:
            work: processes a job of a source, in the worker's thread.
            on_failure: called in the worker's thread with the exception of a job or call.
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
        """Set all counts to zero."""
        self.discarded_calls = 0
        self.failures = 0
        self.consecutive_failures = 0
        self.last_failure = ""

    def start(self) -> None:
        """Start the thread."""
        self._stopping = False
        # A daemon thread: the process can end even if a job hangs.
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Discard waiting jobs, run waiting calls, and end the thread after the current job.

        Returns:
            Whether the thread ended in time. If not, nothing else may use the engine.
        """
        if self._thread is None:
            return True
        with self._wake:
            self._stopping = True
            self._jobs.clear()
            self._wake.notify()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            with self._wake:
                self.discarded_calls += len(self._calls)
                self._calls.clear()
            return False
        self._thread = None
        return True

    def offer(self, source: str, job: Job, only_in_place: bool = False) -> bool:
        """Queue a job as the newest of its source.

        Args:
            source: of the job.
            job: the job.
            only_in_place: queue it only if an older job of the source waits.

        Returns:
            Whether it replaced an older job.
        """
        with self._wake:
            replaced = source in self._jobs
            if replaced or not only_in_place:
                self._jobs[source] = job  # a replaced job keeps its turn
                self._wake.notify()
        return replaced

    def submit(self, call: Callable[[], object]) -> None:
        """Run a call between two jobs; discards the oldest waiting call if too many wait."""
        with self._wake:
            if len(self._calls) == MAX_WAITING_CALLS:
                self.discarded_calls += 1
            self._calls.append(call)
            self._wake.notify()

    def run(self, call: Callable[[], Result], timeout_s: float) -> Result:
        """Run a call between two jobs and return its result; at once if no thread runs.

        Raises:
            concurrent.futures.TimeoutError: the call did not run in time, or was discarded.
        """
        if self._thread is None:
            return call()
        future: Future[Result] = Future()

        def fulfil() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except Exception as error:
                    future.set_exception(error)

        self.submit(fulfil)
        try:
            return future.result(timeout_s)
        finally:
            future.cancel()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._stopping or self._calls or self._jobs)
                waiting = len(self._calls)
                count = waiting if self._stopping else min(waiting, CALLS_PER_JOB)
                calls = [self._calls.popleft() for _ in range(count)]
            for call in calls:
                self._guarded(call)
            with self._wake:  # again: newer jobs may have arrived during the calls
                if self._stopping:
                    return
                source = next(iter(self._jobs), None)
                if source is None:
                    continue
                job = self._jobs.pop(source)
            if self._guarded(partial(self._work, source, job), is_job=True):
                self.consecutive_failures = 0
                self.last_failure = ""

    def _guarded(self, call: Callable[[], object], is_job: bool = False) -> bool:
        try:
            call()
        except Exception as error:  # the node survives any error of the network
            self.failures += 1
            self.consecutive_failures += is_job
            self.last_failure = f"{type(error).__name__}: {error}"
            self._on_failure(error)
            return False
        return True
