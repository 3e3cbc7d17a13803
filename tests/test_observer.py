"""The one shape of progress and of the wish to stop."""

import pytest
from nado_lab.observer import Observer, Progress, StoppedError


def test_the_plain_observer_sees_nothing_and_stops_nothing():
    Observer().progress(Progress("fit", 0.5))
    Observer().check()


def test_a_wish_to_stop_ends_the_work_with_a_line_for_people():
    class Impatient(Observer):
        def should_stop(self) -> bool:
            return True

    with pytest.raises(StoppedError, match="stopped as asked") as stopped:
        Impatient().check()
    assert stopped.value.for_people
