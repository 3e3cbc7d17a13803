"""Long work tells those who are not there: a note while it goes on, a call when it has ended."""

from nado_lab.lab.notices.at_work import AtWork, WorkNote, notes_of_work
from nado_lab.lab.notices.calls import call_all
from nado_lab.lab.notices.notice import Notice, Outcome
from nado_lab.lab.notices.settings import Target, read_target, targets_of_settings

__all__ = [
    "AtWork",
    "Notice",
    "Outcome",
    "Target",
    "WorkNote",
    "call_all",
    "notes_of_work",
    "read_target",
    "targets_of_settings",
]
