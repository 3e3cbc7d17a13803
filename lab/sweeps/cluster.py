"""Workers: a local cluster, or any Dask scheduler by its address."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lab.errors import LabError

CONNECT_S = 20


@contextmanager
def workers(scheduler: str = "", count: int = 2) -> Iterator[Any]:
    """Give a Dask client with `count` local worker processes, or one of the scheduler at an address."""
    try:
        from distributed import Client, LocalCluster  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise LabError("sweeps need the extra `scale`: pip install 'nado-lab[scale]'") from error
    if scheduler:
        try:
            client = Client(scheduler, timeout=CONNECT_S)
        except (OSError, TimeoutError, ValueError) as error:
            raise LabError(f"no Dask scheduler answers at {scheduler}: {error}") from error
        with client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=count, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.ERROR
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
