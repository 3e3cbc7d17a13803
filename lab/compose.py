"""The composition root: the one place that knows both the real bench and the simulated one.

Everything above it sees a setup that answers drives, and cannot tell which kind it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nado_lab.lab.errors import LabError

if TYPE_CHECKING:
    from nado_lab.instruments import SetupConfig
    from nado_lab.instruments.setups.setup import Setup
    from nado_lab.lab.setup import SetupSource
    from nado_lab.plugins import Registry
    from nado_lab.sim_backend import Bench, BenchServer
    from nado_lab.sim_backend.samples.delay_oscillator.survey import GainSurvey
    from nado_lab.sim_backend.samples.memristor_array.loops import Loop

SIMULATED = "sim"
TESLA_PER_OERSTED = 1e-4


@dataclass(frozen=True)
class Rotations:
    """Magnetisation and wall population of a nanoring array after each rotation; ticks are 1/64 rotation."""

    m: list[float]
    population: list[float]
    ticks_per_s: float


@dataclass(frozen=True)
class IceLoops:
    """Spectra (step, channel) dP/dH of a spin-vortex ice after each field loop, and its share of vortices."""

    frequency_hz: list[float]
    spectrum: list[list[float]]
    vortex_share: list[float]


@dataclass(frozen=True)
class LoopGains:
    """The gain at which a delay loop loses its rest (None: not up to 20), and what some gains do."""

    first_bifurcation: float | None
    gains: list[GainSurvey]


@contextmanager
def open_named_setup(
    name: str, *, specimen: int = 0, noise_seed: int | None = None, faults: Iterable[str] = ()
) -> Iterator[Setup]:
    """Open a setup by the name of a preset (`sim:nanoring`) or the path of a TOML file; leave it safe.

    `specimen` says which one of a simulated bench and `noise_seed` one realisation of its noise (None:
    the same at every opening, the specimen's own); a real bench has no use for either.
    `faults` (`role:fault@n`, see `nado sim faults`) break a simulated bench on purpose.
    """
    with open_named_bench(name, specimen=specimen, noise_seed=noise_seed, faults=faults) as (setup, _):
        yield setup


def open_source(source: SetupSource) -> AbstractContextManager[Setup]:
    """Open a setup as its source says; leave it safe."""
    return open_named_setup(
        source.name, specimen=source.specimen, noise_seed=source.noise_seed, faults=source.faults
    )


@contextmanager
def open_named_bench(
    name: str, *, specimen: int = 0, noise_seed: int | None = None, faults: Iterable[str] = ()
) -> Iterator[tuple[Setup, Bench | None]]:
    """Open a setup as `open_named_setup` does, and give the simulated bench behind it (None: a real one)."""
    from nado_lab.instruments import WallClock, load_setup, open_setup

    config = load_setup(name)
    if config.visa_library != SIMULATED:
        if faults := tuple(faults):
            raise LabError(f"{faults[0]!r} was asked of {name}: faults on purpose need a simulated setup")
        if config.simulation:
            raise LabError(f"{name} has a [simulation], but its visa_library is {config.visa_library!r}")
        from nado_lab.lab.runs import owned

        with owned(config), open_setup(config, visa_library=config.visa_library, clock=WallClock()) as setup:
            yield setup, None
        return
    options = _options(config)
    if noise_seed is not None:
        options["noise_seed"] = noise_seed
    with closing(simulated_bench(config.kind, specimen=specimen, **options)) as bench:
        _break(bench, config, faults)
        with open_setup(config, visa_library=bench.visa_library, clock=bench.clock) as setup:
            yield setup, bench


@contextmanager
def open_named_role(name: str, role: str) -> Iterator[Any]:
    """Open one instrument of a setup, and no other; leave it safe and give its connection back."""
    from nado_lab.instruments import WallClock, load_setup
    from nado_lab.instruments.setups.open_roles import close_all, open_roles
    from nado_lab.lab.runs import owned

    config = load_setup(name)
    if role not in config.roles:
        raise LabError(f"setup {name} has no role {role!r}; it has {', '.join(config.roles)}")
    alone = config.model_copy(update={"roles": {role: config.roles[role]}})
    options = _options(config)
    with ExitStack() as stack:
        if config.visa_library != SIMULATED:
            stack.enter_context(owned(config))
            library, clock = config.visa_library, WallClock()
        else:
            bench = stack.enter_context(closing(simulated_bench(config.kind, **options)))
            library, clock = bench.visa_library, bench.clock
        opened = open_roles(alone, library, clock)
        stack.callback(close_all, opened)
        yield opened[role]


def simulated_bench(kind: str, *, specimen: int = 0, clock: Any = None, **options: Any) -> Bench:
    """Build the simulated bench of a kind of setup ("nanoring", "asvi") for a specimen.

    `options` are those of the kind's bench (`noise_seed`, `size`, `preset`, ...), as they stand in
    [simulation] of a setup; an unknown one is refused.
    """
    from nado_lab.instruments.setups.families import FAMILIES
    from nado_lab.sim_backend import open_bench

    name = FAMILIES.load(kind).bench
    if not name:
        raise LabError(f"there is no simulated bench for setups of kind {kind!r}")
    try:
        return open_bench(name, specimen=specimen, clock=clock, **options)
    except (TypeError, ValueError) as error:
        raise LabError(f"[simulation] cannot be built: {error}") from error


def _options(config: SetupConfig) -> dict[str, Any]:
    """Give the [simulation] of a setup; one that a file cannot state is refused by its name."""
    from nado_lab.instruments.setups.families import FAMILIES
    from nado_lab.sim_backend import plain_options

    bench = FAMILIES.load(config.kind).bench if config.visa_library == SIMULATED else ""
    known = plain_options(bench) if bench else ()
    if unknown := [name for name in config.simulation if name not in known]:
        told = ", ".join(known) or "none"
        raise LabError(
            f"[simulation]: no option {unknown[0]!r} of a simulated {config.kind} bench; it has {told}"
        )
    return dict(config.simulation)


def registries() -> tuple[Registry[Any], ...]:
    """Give every registry of members by name, those of the simulator among them."""
    from nado_lab.instruments.drivers import DRIVERS
    from nado_lab.instruments.setups.families import FAMILIES
    from nado_lab.network.environments.catalogue import ENVIRONMENTS
    from nado_lab.network.tasks.catalogue import TASKS
    from nado_lab.protocols import PROTOCOLS
    from nado_lab.sim_backend.benches import BENCHES

    return DRIVERS, FAMILIES, BENCHES, PROTOCOLS, TASKS, ENVIRONMENTS


def noise_seed_of(*what: str | bytes) -> int:
    """Choose the noise of a simulated bench by what is measured: asked again it is the same, else another."""
    checksum = 0
    for part in what:
        checksum = zlib.crc32(part if isinstance(part, bytes) else part.encode(), checksum)
    return checksum % 2**31


@contextmanager
def served_setup(
    name: str, *, host: str, port: int, specimen: int = 0, faults: Iterable[str] = ()
) -> Iterator[tuple[BenchServer, str]]:
    """Put the bench of a simulated setup on TCP ports; give the server, and the TOML that reaches it."""
    from nado_lab.instruments import load_setup
    from nado_lab.sim_backend import WallClock, serve

    config = load_setup(name)
    if config.visa_library != SIMULATED:
        raise LabError(f"{name} is not simulated: only a simulated bench can be served")
    options = _options(config)
    with closing(simulated_bench(config.kind, specimen=specimen, clock=WallClock(), **options)) as bench:
        _break(bench, config, faults)
        if bench.channels:
            raise LabError(f"{name} is on an NI card: its channels are no VISA instruments, none is served")
        with serve(bench, host, port) as server:
            reached = config.with_addresses(server.addresses(), "@py")
            yield server, reached.model_copy(update={"simulation": {}}).to_toml()


def fault_kinds() -> dict[str, list[str]]:
    """List the faults that each role of each simulated setup can have, as setup/role -> kinds."""
    from nado_lab.instruments import builtin_setups, load_setup

    found = {}
    for name in builtin_setups():
        config = load_setup(name)
        if config.visa_library != SIMULATED:
            continue
        options = _options(config)
        with closing(simulated_bench(config.kind, **options)) as bench:
            found |= {f"{name} {role}": sorted(bench.faults_of(role)) for role in config.roles}
    return found


def simulate_nanoring(size: int, blocks: list[tuple[float, int]], seed: int) -> Rotations:
    """Turn the field over a bare `size` x `size` array: blocks of (field in Oe, rotations).

    Returns `m` and `population` per rotation (dimensionless) and `ticks_per_s` (one tick is 1/64 rotation).
    """
    from nado_lab.sim_backend.samples.nanoring import simulate_rotations

    return Rotations(**simulate_rotations(size, blocks, seed))


def simulate_ice(preset: str, fields_oe: list[float], seed: int) -> IceLoops:
    """Run one field loop a value (Oe) over a bare spin-vortex ice: `spectrum` (step, channel) and more."""
    from nado_lab.sim_backend.samples.spin_vortex_ice import SpinVortexIce

    try:
        ice = SpinVortexIce(preset, seed=seed)
    except ValueError as error:
        raise LabError(str(error)) from error
    spectra, shares = [], []
    for field in fields_oe:
        ice.field_loop(field * TESLA_PER_OERSTED)
        spectra.append(ice.measured_spectrum().tolist())
        shares.append(float(ice.vortex_share))
    return IceLoops(ice.frequencies_hz.tolist(), spectra, shares)


def simulate_loop(model: str, gains: list[float], nodes: int, coupling: float | None) -> LoopGains:
    """Survey a bare delay loop, "audio" (one to four coupled nodes) or "fast", at some gains beta."""
    from math import isfinite

    from nado_lab.sim_backend.samples.delay_oscillator import survey, theory
    from nado_lab.sim_backend.samples.delay_oscillator.parameters import loop_of

    try:
        parameters = loop_of(model, nodes, gains[0] if gains else None, coupling)
    except ValueError as error:
        raise LabError(str(error)) from error
    first = theory.first_bifurcation(parameters)
    rows = survey.survey(parameters, gains or [parameters.gain])
    return LoopGains(first if isfinite(first) else None, rows)


def simulate_memristor(model: str, peak_v: float, periods_s: list[float], seed: int) -> list[Loop]:
    """Sweep one bare memristor ("wox", "nbox", "tiox") by sines of the voltage, one a period in s."""
    from nado_lab.sim_backend.samples.memristor_array.loops import sweep_loops

    try:
        return sweep_loops(model, peak_v, periods_s, seed)
    except ValueError as error:
        raise LabError(str(error)) from error


def _break(bench: Bench, config: SetupConfig, faults: Iterable[str]) -> None:
    for fault in faults:
        role, colon, _ = fault.partition(":")
        if colon and role not in config.roles:
            raise LabError(f"--fault {fault}: no role {role!r}; {config.name} has {', '.join(config.roles)}")
        try:
            bench.set_fault(fault)
        except ValueError as error:
            raise LabError(str(error)) from error
