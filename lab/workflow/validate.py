"""Is a twin still true? Fresh drives on the device, with repeats, against the twin and the repeat floor."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nado_lab.lab.compose import noise_seed_of, open_named_setup
from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow import validation_history as trend
from nado_lab.lab.workflow.draw_drives import choose_rows, network_drives, random_drives
from nado_lab.lab.workflow.network_card import recall
from nado_lab.lab.workflow.play_drives import PlayOptions, play
from nado_lab.lab.workflow.tolerances import Tolerances
from nado_lab.network import load as load_network
from nado_lab.protocols.playback import interleaved
from nado_lab.twin import evaluate
from nado_lab.twin import load as load_twin

if TYPE_CHECKING:
    from nado_lab.lab.demo.demo import Show
    from nado_lab.lab.setup import Setup
    from nado_lab.twin import Twin

FEWEST_REPEATS = 4


@dataclass(frozen=True)
class ValidateOptions:
    """What to ask the device: so many fresh sequences of so many steps, each so often.

    `network` adds as many of the drives that this network sends when it works on its task. `specimen` is
    the seed of a simulated bench, `seed` that of the drives and of its noise (None: new ones every time).
    """

    setup: str
    out: Path | None = None
    tolerances: Tolerances = field(default_factory=Tolerances)
    network: Path | None = None
    sequences: int = 6
    repeats: int = 20
    steps: int = 28
    seed: int | None = None
    specimen: int = 0


def validate(path: Path, options: ValidateOptions, show: Show) -> dict[str, Any]:
    """Validate the twin at `path`, add the result to its trend, and return the report."""
    if options.repeats < FEWEST_REPEATS:
        raise LabError(f"a repeat floor needs at least {FEWEST_REPEATS} repeats; got {options.repeats}")
    twin = load_twin(path)
    seed = int(np.random.SeedSequence(options.seed).generate_state(1)[0]) % 2**31
    noise = noise_seed_of("validate", str(seed))
    with (
        open_named_setup(options.setup, seed=options.specimen, noise_seed=noise) as setup,
        _folder(options.out) as out,
    ):
        drives = _drives(twin, setup, options, seed)
        kinds = {kind: _score(twin, setup, out, kind, drives[kind], options, noise, show) for kind in drives}
        identities = setup.identities()
    checks = [
        {"drives": kind, **row} for kind, scores in kinds.items() for row in options.tolerances.judge(scores)
    ]
    report = {
        "twin": str(path),
        "setup": options.setup,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "passed": all(check["passed"] for check in checks),
        "seed": seed,
        "checks": checks,
        "scores": kinds,
        "device": identities,
    }
    trend.append(path, _entry(report))
    return report


def _drives(twin: Twin, setup: Setup, options: ValidateOptions, seed: int) -> dict[str, np.ndarray]:
    """Draw the drives (sequence, step, port) of every kind."""
    if twin.port_count != setup.port_count or tuple(twin.channels) != tuple(setup.channels):
        raise LabError(
            f"the twin answers {twin.port_count} port(s) with {', '.join(twin.channels[:4])}…; the setup has "
            f"{setup.port_count} port(s) and {', '.join(setup.channels[:4])}…: another kind of device"
        )
    rng = np.random.default_rng(seed)
    drives = {"random": random_drives(rng, options.sequences, options.steps, setup.port_count)}
    if options.network:
        saved = load_network(options.network)
        recalled = recall(saved)
        inputs = recalled.task.test.inputs[: options.sequences]
        own = network_drives(saved.network, inputs, recalled.one_twin_a_layer(), seed)
        drives["network"] = choose_rows(rng, own, options.sequences)
    return drives


def _score(
    twin: Twin,
    setup: Setup,
    out: Path,
    kind: str,
    drives: np.ndarray,
    options: ValidateOptions,
    noise: int,
    show: Show,
) -> dict[str, Any]:
    sequence, _ = interleaved(len(drives), options.repeats)
    play_options = PlayOptions(
        progress=lambda done, total: show(f"measure ({kind})", done / total, f"{done} of {total} trials"),
        lineage=twin.card.lineage,
        source=options.setup,
        seed=options.specimen,
        noise_seed=noise,
    )
    run = play(drives[sequence], setup, out / f"{kind}.zarr", play_options, sequence)
    return evaluate(twin, trials_of(run.path)).to_json()


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """Give the folder that is to keep the runs, or one that goes again."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="nado-validate-") as scratch:
            yield Path(scratch)
        return
    refuse_existing(out)
    out.mkdir(parents=True)
    yield out


def _entry(report: dict[str, Any]) -> dict[str, Any]:
    """Take what the trend keeps of a report: a flat line."""
    figures = {f"{check['drives']}.{check['what']}": check["came"] for check in report["checks"]}
    return {key: report[key] for key in ("time", "setup", "passed", "seed")} | figures
