import threading

import pytest
from nado_lab.lab.dashboard.models.events import JobChanged
from nado_lab.lab.dashboard.models.worker import JobState, Worker
from nado_lab.lab.errors import LabError


@pytest.fixture
def worker():
    events: list[JobChanged] = []
    made = Worker("test", events.append)
    made.seen = events
    yield made
    made.stop_all()
    assert made.close(5)


def test_jobs_run_one_after_another_in_one_thread(worker):
    names, order = set(), []
    jobs = [
        worker.submit("a", str(n), lambda job, n=n: (order.append(n), names.add(threading.get_ident())))
        for n in range(20)
    ]
    assert jobs[-1].ended.wait(5)
    assert order == list(range(20))
    assert len(names) == 1
    assert names != {threading.get_ident()}


def test_a_failing_job_becomes_a_message_and_the_next_one_runs(worker, caplog):
    def fail(job):
        raise LabError("plug it in")

    failed, fine = worker.submit("a", "bad", fail), worker.submit("a", "good", lambda job: None)
    assert fine.ended.wait(5)
    assert (failed.state, fine.state) == (JobState.FAILED, JobState.DONE)
    assert any(e.state == JobState.FAILED and e.text == "plug it in" for e in worker.seen)
    assert "plug it in" in caplog.text


def test_stopping_ends_the_running_job_and_drops_the_waiting(worker):
    begun = threading.Event()

    def long(job):
        begun.set()
        while True:
            job.check()

    running, waiting = worker.submit("a", "long", long), worker.submit("a", "next", lambda job: None)
    assert begun.wait(5)
    worker.stop_all()
    assert running.ended.wait(5)
    assert waiting.ended.wait(5)
    assert (running.state, waiting.state) == (JobState.STOPPED, JobState.STOPPED)


def test_what_is_registered_late_is_called_when_the_stop_came_first(worker):
    called = threading.Event()
    begun, go = threading.Event(), threading.Event()

    def action(job):
        begun.set()
        go.wait(5)
        job.when_stopped(called.set)

    job = worker.submit("a", "x", action)
    assert begun.wait(5)
    job.stop()
    go.set()
    assert called.wait(5)


def test_a_dropped_job_tells_that_it_ended(worker):
    go_on = threading.Event()
    running = worker.submit("a", "first", lambda job: go_on.wait(5))
    dropped = worker.submit("a", "second", lambda job: pytest.fail("it was dropped"))
    while running.state is not JobState.RUNNING:
        pass
    worker.stop_all()
    go_on.set()
    assert running.ended.wait(5)
    assert (dropped.ended.is_set(), dropped.state) == (True, JobState.STOPPED)
    assert [event.state for event in worker.seen if event.job == dropped.number] == [JobState.STOPPED]
