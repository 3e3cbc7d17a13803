"""What to do first, over the live curves: connect, then measure."""

from nado_lab.lab.dashboard.models.events import BenchClosed, BenchOpened, RunStarted
from nado_lab.lab.dashboard.panels.live import LivePanel
from nado_lab.lab.dashboard.panels.measure import MeasurePanel
from nado_lab.lab.dashboard.panels.setup import SetupPanel
from nado_lab.lab.dashboard.views.hints import Action, Invitation
from nado_lab.lab.dashboard.views.hub import Hub

CONNECT = "No bench is connected: choose a setup on the left, then connect."
MEASURE = "Nothing is measured yet: choose a protocol on the left, then queue it."


class FirstSteps(Invitation):
    """Say what comes next until the first run of the session begins."""

    def __init__(self, live: LivePanel, setup: SetupPanel, measure: MeasurePanel, hub: Hub) -> None:
        connect: Action = ("Connect", setup.connect_bench)
        super().__init__(live, CONNECT, connect)
        hub.listen(BenchOpened, lambda event: self.offer(MEASURE, ("Queue it", measure.queue_it)))
        hub.listen(BenchClosed, lambda event: self.offer(CONNECT, connect))
        hub.listen(RunStarted, lambda event: self.hide())
