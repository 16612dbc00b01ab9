"""The worker: newest job per source, bounded calls, failures that do not end the thread."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import TimeoutError as CallTimeout
from functools import partial

import pytest
from ros_harness import wait_for

from samwise_ros.ros.worker import CALLS_PER_JOB, MAX_WAITING_CALLS, Worker


class GatedWorker:
    """A worker whose jobs block until a gate opens."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun: list[int] = []
        self.failed: list[str] = []
        self.worker = Worker[int](self.work, lambda error: self.failed.append(str(error)))

    def work(self, _: str, job: int) -> None:
        self.begun.append(job)
        self.gate.wait(10.0)
        if job < 0:
            raise RuntimeError(f"job {job}")

    def occupy(self) -> None:
        self.worker.offer("camera", 0)
        wait_for(lambda: self.begun == [0])


@pytest.fixture
def gated() -> Iterator[GatedWorker]:
    gated = GatedWorker()
    gated.worker.start()
    yield gated
    gated.gate.set()
    assert gated.worker.stop(10.0)


def test_newest_job_replaces_waiting_job(gated: GatedWorker) -> None:
    gated.occupy()
    assert [gated.worker.offer("camera", job) for job in (1, 2, 3)] == [False, True, True]
    gated.gate.set()
    wait_for(lambda: gated.begun == [0, 3])


def test_job_only_in_place_of_another_is_not_queued_alone(gated: GatedWorker) -> None:
    gated.occupy()
    offer = gated.worker.offer
    assert offer("camera", 1, True) is False
    assert [offer("camera", 2), offer("camera", 3, True)] == [False, True]
    gated.gate.set()
    wait_for(lambda: gated.begun == [0, 3])


def test_sources_take_turns_in_order_of_waiting(gated: GatedWorker) -> None:
    gated.occupy()
    offers = [("fast", 1), ("slow", 2), ("fast", 3), ("other", 4), ("fast", 5)]
    replaced = [gated.worker.offer(source, job) for source, job in offers]
    assert replaced == [False, False, True, False, True]
    gated.gate.set()
    wait_for(lambda: gated.begun == [0, 5, 2, 4])


def test_calls_keep_their_order_and_oldest_are_discarded(gated: GatedWorker) -> None:
    gated.occupy()
    done: list[int] = []
    for number in range(1000):
        gated.worker.submit(partial(done.append, number))
    gated.gate.set()
    wait_for(lambda: len(done) == MAX_WAITING_CALLS)
    assert done == list(range(1000 - MAX_WAITING_CALLS, 1000))
    assert gated.worker.discarded_calls == 1000 - MAX_WAITING_CALLS


def test_job_waits_for_a_few_calls_only(gated: GatedWorker) -> None:
    gated.occupy()
    gated.worker.offer("camera", 1)
    jobs_before: list[int] = []
    for _ in range(MAX_WAITING_CALLS):
        gated.worker.submit(lambda: jobs_before.append(len(gated.begun)))
    gated.gate.set()
    wait_for(lambda: len(jobs_before) == MAX_WAITING_CALLS)
    assert jobs_before == [1] * CALLS_PER_JOB + [2] * (MAX_WAITING_CALLS - CALLS_PER_JOB)


def test_failures_are_counted_until_a_job_succeeds(gated: GatedWorker) -> None:
    gated.gate.set()
    for job in (-1, -2):
        gated.worker.offer("camera", job)
        wait_for(lambda job=job: f"job {job}" in gated.failed)
    assert gated.worker.consecutive_failures == 2
    assert gated.worker.last_failure == "RuntimeError: job -2"
    gated.worker.offer("camera", 1)
    wait_for(lambda: gated.worker.last_failure == "")
    assert (gated.worker.failures, gated.worker.consecutive_failures) == (2, 0)


def test_run_returns_result_or_raises_error(gated: GatedWorker) -> None:
    assert gated.worker.run(threading.get_ident, 5.0) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        gated.worker.run(lambda: 1 // 0, 5.0)
    assert gated.failed == []
    gated.occupy()
    done: list[int] = []
    with pytest.raises(CallTimeout):
        gated.worker.run(lambda: done.append(1), 0.05)
    gated.gate.set()
    gated.worker.run(lambda: None, 5.0)
    assert done == []


def test_stop_runs_waiting_calls(gated: GatedWorker) -> None:
    gated.occupy()
    done: list[int] = []
    count = CALLS_PER_JOB + 3
    for number in range(count):
        gated.worker.submit(partial(done.append, number))
    opener = threading.Timer(0.1, gated.gate.set)
    opener.start()
    assert gated.worker.stop(10.0)
    assert done == list(range(count))
    assert gated.worker.discarded_calls == 0


def test_calls_that_stop_cannot_run_are_counted(gated: GatedWorker) -> None:
    gated.occupy()
    done: list[int] = []
    gated.worker.submit(partial(done.append, 1))
    assert not gated.worker.stop(0.05)
    assert (gated.worker.discarded_calls, done) == (1, [])


def test_stop_discards_waiting_jobs_and_returns_whether_it_was_in_time(gated: GatedWorker) -> None:
    gated.occupy()
    gated.worker.offer("camera", 1)
    assert not gated.worker.stop(0.05)
    gated.gate.set()
    assert gated.worker.stop(10.0)
    time.sleep(0.05)
    assert gated.begun == [0]
    assert gated.worker.run(threading.get_ident, 1.0) == threading.get_ident()
    gated.worker.start()
    gated.worker.offer("camera", 2)
    wait_for(lambda: gated.begun == [0, 2])
