"""Workers: a local cluster, jobs of a cluster's queue, or any Dask scheduler by its address."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nado_lab.lab.errors import LabError
from nado_lab.lab.sweeps.config import ClusterConfig, System

if TYPE_CHECKING:
    from dask_jobqueue import JobQueueCluster  # pyright: ignore[reportMissingImports]
    from distributed import Client  # pyright: ignore[reportMissingImports]
    from distributed.deploy import Cluster  # pyright: ignore[reportMissingImports]

CONNECT_S = 20
CLASSES = {
    System.SLURM: "SLURMCluster",
    System.PBS: "PBSCluster",
    System.SGE: "SGECluster",
    System.LSF: "LSFCluster",
    System.OAR: "OARCluster",
    System.MOAB: "MoabCluster",
    System.HTCONDOR: "HTCondorCluster",
}


@contextmanager
def workers(scheduler: str = "", count: int = 2, cluster: ClusterConfig | None = None) -> Iterator[Client]:
    """Give a Dask client of the scheduler at an address, of a cluster's jobs, or of local processes."""
    try:
        from distributed import Client  # pyright: ignore[reportMissingImports]
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
    with _jobs(cluster) if cluster else _local(count) as opened, Client(opened) as client:
        yield client


def _local(count: int) -> Cluster:
    from distributed import LocalCluster  # pyright: ignore[reportMissingImports]

    return LocalCluster(
        n_workers=count, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.ERROR
    )


def _jobs(wanted: ClusterConfig) -> Cluster:
    """Open a scheduler here and ask the cluster's queue for workers."""
    make = _class_of(wanted.system)
    asked = {"cores": wanted.cores, "processes": wanted.cores, "memory": wanted.memory}
    try:
        cluster = make(**(asked | wanted.options))
    except (TypeError, ValueError) as error:
        raise LabError(f"[cluster]: dask-jobqueue refuses these options: {error}") from error
    cluster.scale(jobs=wanted.jobs)
    return cluster


def _class_of(system: System) -> Callable[..., JobQueueCluster]:
    try:
        import dask_jobqueue  # pyright: ignore[reportMissingImports]
        from dask_jobqueue.local import LocalCluster  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise LabError("[cluster] needs dask-jobqueue: pip install 'nado-lab[scale]'") from error
    return LocalCluster if system is System.LOCAL else getattr(dask_jobqueue, CLASSES[system])
