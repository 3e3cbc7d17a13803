"""Observers that tests look through."""

from nado_lab.lab.runs import StopRequest
from nado_lab.lab.runs.observer import Observer


class Watching(Observer):
    """Call `show(stage, share, doing)` and `row(stream, row)`; stop once `wish()` says so."""

    def __init__(self, show=None, row=None, wish=None):
        super().__init__()
        self._show, self._row = show, row
        if wish:
            self.stop = Wished(wish)

    def progress(self, progress):
        if self._show:
            self._show(progress.stage, progress.share, progress.doing)

    def row(self, stream, row):
        if self._row:
            self._row(stream, row)


class Wished(StopRequest):
    """A stop request that asks somebody else."""

    def __init__(self, wish):
        super().__init__()
        self._wish = wish

    def __call__(self):
        if self._wish():
            self.stop("stopped on request")
        return super().__call__()
