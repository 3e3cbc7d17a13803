import threading

from nado_lab.lab.dashboard.models.event_queue import EventQueue
from nado_lab.lab.dashboard.models.events import JobChanged, LogLine, RowArrived


def test_rows_are_dropped_and_counted_when_nobody_looks_but_news_is_kept():
    queue = EventQueue(most_rows=3)
    for number in range(10):
        queue.post(RowArrived("primary", {"n": number}))
        queue.post(LogLine(20, str(number)))
    assert queue.dropped == 7
    events = [queue.take() for _ in range(len(queue))]
    assert [e.row["n"] for e in events if isinstance(e, RowArrived)] == [0, 1, 2]
    assert [e.text for e in events if isinstance(e, LogLine)] == [str(n) for n in range(10)]
    assert queue.take() is None


def test_taking_makes_room_for_rows_again():
    queue = EventQueue(most_rows=1)
    queue.post(RowArrived("primary", {}))
    queue.take()
    queue.post(RowArrived("primary", {}))
    assert (len(queue), queue.dropped) == (1, 0)


def test_of_the_progress_of_a_job_only_the_newest_waits():
    queue = EventQueue()
    for done in (0.0, 0.1, 0.2, 1.0):
        for job in (1, 2):
            queue.post(JobChanged(job, "run", "x", "running", done))
    told = [queue.take() for _ in range(len(queue))]
    assert [(e.job, e.fraction) for e in told] == [(1, 0), (2, 0), (1, 0.2), (2, 0.2), (1, 1), (2, 1)]
    queue.post(JobChanged(1, "run", "x", "running", 0.5))
    assert queue.take().fraction == 0.5


def test_events_of_many_threads_all_arrive_in_the_order_of_each():
    queue = EventQueue()
    threads = [
        threading.Thread(target=lambda t=t: [queue.post(LogLine(t, str(n))) for n in range(200)])
        for t in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = [queue.take() for _ in range(len(queue))]
    for t in range(4):
        assert [e.text for e in events if e.level == t] == [str(n) for n in range(200)]
