"""One thread, the newest job, bounded calls, and failures that stay inside."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as NoTurn

import pytest
from ros_harness import wait_for

from samwise_ros.ros.worker import MAX_WAITING_CALLS, Worker


class Bench:
    """A worker whose jobs wait for a gate."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.begun: list[int] = []
        self.failed: list[str] = []
        self.worker = Worker[int](self.work, lambda error: self.failed.append(str(error)))

    def work(self, job: int) -> None:
        self.begun.append(job)
        self.gate.wait(10.0)
        if job < 0:
            raise RuntimeError(f"job {job}")

    def occupy(self) -> None:
        self.worker.offer("camera", 0)
        wait_for(lambda: self.begun == [0])


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    bench.worker.start()
    yield bench
    bench.gate.set()
    assert bench.worker.stop(10.0)


def test_the_newest_job_overtakes(bench: Bench) -> None:
    bench.occupy()
    assert [bench.worker.offer("camera", job) for job in (1, 2, 3)] == [False, True, True]
    bench.gate.set()
    wait_for(lambda: bench.begun == [0, 3])


def test_sources_take_turns_in_the_order_in_which_they_began_to_wait(bench: Bench) -> None:
    bench.occupy()
    offers = [("fast", 1), ("slow", 2), ("fast", 3), ("other", 4), ("fast", 5)]
    superseded = [bench.worker.offer(source, job) for source, job in offers]
    assert superseded == [False, False, True, False, True]
    bench.gate.set()
    wait_for(lambda: bench.begun == [0, 5, 2, 4])


def test_calls_go_before_jobs_in_order_and_the_oldest_are_forgotten(bench: Bench) -> None:
    bench.occupy()
    bench.worker.offer("camera", 1)
    done: list[int] = []

    def call(number: int) -> Callable[[], None]:
        return lambda: done.append(number if bench.begun == [0] else -1)

    for number in range(1000):
        bench.worker.submit(call(number))
    bench.gate.set()
    wait_for(lambda: bench.begun == [0, 1])
    assert done == list(range(1000 - MAX_WAITING_CALLS, 1000))
    assert bench.worker.dropped_calls == 1000 - MAX_WAITING_CALLS


def test_failures_are_counted_and_a_good_job_forgives_them(bench: Bench) -> None:
    bench.gate.set()
    for job in (-1, -2):
        bench.worker.offer("camera", job)
        wait_for(lambda job=job: f"job {job}" in bench.failed)
    assert bench.worker.failures_in_a_row == 2
    assert bench.worker.last_failure == "RuntimeError: job -2"
    bench.worker.offer("camera", 1)
    wait_for(lambda: bench.worker.last_failure == "")
    assert (bench.worker.failures, bench.worker.failures_in_a_row) == (2, 0)


def test_ask_waits_for_the_answer_or_the_error(bench: Bench) -> None:
    assert bench.worker.ask(threading.get_ident, 5.0) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        bench.worker.ask(lambda: 1 // 0, 5.0)
    assert bench.failed == []
    bench.occupy()
    done: list[int] = []
    with pytest.raises(NoTurn):
        bench.worker.ask(lambda: done.append(1), 0.05)
    bench.gate.set()
    bench.worker.ask(lambda: None, 5.0)
    assert done == []


def test_stop_forgets_what_waits_and_says_if_it_was_too_late(bench: Bench) -> None:
    bench.occupy()
    bench.worker.offer("camera", 1)
    assert not bench.worker.stop(0.05)
    bench.gate.set()
    assert bench.worker.stop(10.0)
    time.sleep(0.05)
    assert bench.begun == [0]
    assert bench.worker.ask(threading.get_ident, 1.0) == threading.get_ident()
    bench.worker.start()
    bench.worker.offer("camera", 2)
    wait_for(lambda: bench.begun == [0, 2])
