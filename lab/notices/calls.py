"""Call a command or a URL with a notice. Whatever goes wrong is told in a line, and ends nothing else."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable

from nado_lab.lab.notices.notice import Notice, Outcome
from nado_lab.lab.notices.settings import Target

CALL_S = 10.0
"""No call takes longer; all are made at the same time."""


def call_all(
    notice: Notice, targets: Iterable[Target], tell: Callable[[str], object], within_s: float = CALL_S
) -> None:
    """Call everybody whom the notice concerns; `tell` hears a line of every call that failed."""
    wanted = [each for each in targets if notice.outcome is not Outcome.DONE or not each.only_failures]
    problems = {each: f"it did not answer within {within_s:g} s" for each in wanted}
    body = json.dumps(notice.to_json(), allow_nan=False).encode()

    def make(target: Target) -> None:
        problems[target] = _problem_of(target, body, within_s)

    threads = [threading.Thread(target=make, args=(each,), daemon=True) for each in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(within_s + 1.0)
    for target, problem in problems.items():
        if problem:
            tell(f"nobody was told by {target.name}: {problem}")


def _problem_of(target: Target, body: bytes, within_s: float) -> str:
    """Make one call; say what went wrong, or nothing."""
    try:
        if target.argv:
            return _run(target.argv, body, within_s)
        return _post(target.url, body, within_s)
    except Exception as error:  # noqa: BLE001  (whatever a call does, the work is done)
        return str(getattr(error, "reason", None) or error) or type(error).__name__


def _run(argv: tuple[str, ...], body: bytes, within_s: float) -> str:
    """Run a command without a shell, the notice on its stdin; what it prints goes to our stderr's reader."""
    try:
        done = subprocess.run(  # noqa: S603  (the person's own command, as words)
            argv, input=body, stdout=subprocess.DEVNULL, timeout=within_s, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it was ended after {within_s:g} s"
    except OSError as error:
        return f"it cannot be started: {error.strerror or error}"
    return f"it ended with exit status {done.returncode}" if done.returncode else ""


def _post(url: str, body: bytes, within_s: float) -> str:
    """POST the notice as JSON; the answer is not read, and leads nowhere else."""
    request = urllib.request.Request(  # noqa: S310  (http and https only: `read_target`)
        url, body, {"Content-Type": "application/json", "User-Agent": "nado-lab"}, method="POST"
    )
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        opener.open(request, timeout=within_s).close()
    except urllib.error.HTTPError as error:
        error.close()
        return f"it answered {error.code} {http.client.responses.get(error.code, '')}".rstrip()
    return ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Take an answer that points elsewhere for an error: nobody asked for the notice to go there."""

    def redirect_request(self, *_: object) -> None:  # type: ignore[override]
        """Follow nothing."""
