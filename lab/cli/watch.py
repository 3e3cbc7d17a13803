"""`nado watch`: a page in the browser about a folder of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import note, result, say
from nado_lab.lab.cli.options import Below, BelowWord, one_folder

if TYPE_CHECKING:
    from nado_lab.lab.watch.server import Site

PORT = 8765


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("watch")(watch)


def watch(
    word: BelowWord = None,
    folder: Below = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at; any but this computer's own needs the token printed.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes a free one.")
    ] = PORT,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what is seen now as one JSON document, and end.")
    ] = False,
) -> None:
    """Show in the browser what runs in FOLDER, how far it is and what is known of the bench. Only reads."""
    from nado_lab.lab.watch.look import look, require_folder
    from nado_lab.lab.watch.server import Looks, Site, is_loopback

    place = require_folder(one_folder(folder, word))
    if as_json:
        result(look(place), True, lambda seen: None)
        return
    import secrets

    token = "" if is_loopback(host) else secrets.token_urlsafe(24)
    _serve(Site(Looks(lambda: look(place)), token), host, port)


def _serve(site: Site, host: str, port: int) -> None:
    """Serve until Ctrl-C."""
    from nado_lab.lab.errors import LabError
    from nado_lab.lab.watch.server import Server

    try:
        server = Server(site, host, port)
    except (OSError, UnicodeError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LabError(
            f"cannot listen at {host} port {port}: {reason}; try another --port (0: a free one)"
        ) from error
    with server:
        say(_address(site, host, server.server_address[1]))
        if site.token:
            note(
                "warning: whoever has this address can read names, states and plots of the runs, and so can "
                "whoever listens on the way (no encryption). Nobody can change anything."
            )
        note("Ctrl-C ends it.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            note("nado: watch ended; what it showed goes on")


def _address(site: Site, host: str, port: int) -> str:
    shown = {"0.0.0.0": _own_name(), "::": _own_name()}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/" + (f"?token={site.token}" if site.token else "")


def _own_name() -> str:
    import socket

    return socket.gethostname()
