"""Of two benches, the window's own and one that another process drives, the more worrying one is shown."""

from nado_lab.lab.dashboard.models.safety import Safety
from nado_lab.lab.runs.bench_state import BenchState, Condition

from tests.protocols.fake_device import FakeDevice


class Away:
    """A process that drives a bench, and what it said."""

    def __init__(self, left: bool, word: BenchState):
        self.left, self.word = left, word

    def wait(self, seconds):
        return self.left

    def last_word(self):
        return self.word


SAFE = BenchState().driven(1.0).shut_down(2.0)
STOPPED = BenchState().lost(1.0, "process 7, which drives it, is stopped")


def test_ones_own_safe_bench_says_nothing_of_the_one_that_is_followed(caplog):
    safety, own = Safety(lambda event: None), FakeDevice()
    safety.opened(own)
    safety.shut_down(own)
    assert safety.state.condition is Condition.SAFE
    safety.see_off(Away(False, STOPPED), 0.0)
    assert safety.state == STOPPED
    assert "has not left the bench" in caplog.text
    safety.hear(None)
    assert safety.state.condition is Condition.SAFE


def test_a_bench_of_ones_own_that_stays_on_is_shown_beside_a_safe_one():
    safety, own = Safety(lambda event: None), FakeDevice(failed=["supply_x: no answer"])
    safety.opened(own)
    safety.hear_of(Away(True, SAFE))
    safety.shut_down(own)
    assert safety.state.text() == "UNKNOWN whether the bench is safe: supply_x: no answer"


def test_what_was_confirmed_before_disconnecting_is_told_with_its_time():
    posted, own = [], FakeDevice()
    safety = Safety(posted.append)
    safety.opened(own)
    safety.shut_down(own)
    confirmed = safety.state.at
    safety.closed(own)
    assert (safety.state.condition, safety.state.at) == (Condition.SAFE, confirmed)
    assert [event.state.condition for event in posted] == [Condition.IDLE, Condition.SAFE]


def test_what_a_run_keeps_comes_back_and_nothing_else_is_believed():
    assert BenchState.from_json(SAFE.to_json()).text() == SAFE.text()
    assert BenchState.from_json({"condition": "fine"}).condition is Condition.UNKNOWN
