"""`nado loop`: measure, fit, train, deploy, compare; then recalibrate, measure where it matters, refine.

The state is a folder. Every stage writes its files whole and then its line in round.json; a loop that was
killed at any instant goes on from there when it is started again, and ends as if it never had been.
"""

from __future__ import annotations

from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import read_json, write_json
from nado_lab.lab.loop.config import LoopConfig
from nado_lab.lab.loop.context import STOPPED, LoopContext, OpenDevice, label, opener
from nado_lab.lab.loop.round import twin_of
from nado_lab.lab.loop.round_state import RoundState
from nado_lab.lab.loop.stages import FIRST, LATER, Round
from nado_lab.lab.new_output import require_folder
from nado_lab.lab.reports.loop_report import FILE as RESULT
from nado_lab.lab.reports.loop_report import LoopReport, LoopRow
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.store.ownership import Ownership
from nado_lab.lab.workflow.drift import Verdict, verdict
from nado_lab.lab.workflow.play_drives import AbortedError
from nado_lab.lab.workflow.resolved import Resolution, resolve
from nado_lab.lab.workflow.resolved import Verdict as Resolved
from nado_lab.network import load_task
from nado_lab.observer import Progress, StoppedError

CONFIG = "config.json"


def run_loop(
    config: LoopConfig,
    out: Path,
    observer: Observer | None = None,
    open_device: OpenDevice | None = None,
) -> LoopReport:
    """Run the loop in the folder `out`, or go on with it; write and return what stands in its loop.json.

    Once the observer wishes to stop, the hardware is made safe, a run under way is closed as aborted, and
    AbortedError is raised.
    """
    require_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    owner = Ownership("loop", str(out.resolve())).take()
    try:
        _keep_config(config, out)
        if (out / RESULT).exists():
            return LoopReport.read(out / RESULT)
        task = load_task(config.task.name, **config.task.options)
        context = LoopContext(config, task, out, observer or Observer(), open_device or opener(config))
        result = _rounds(context)
        result.write(out / RESULT)
        return result
    except StoppedError as error:
        raise AbortedError(STOPPED) from error
    finally:
        owner.release()


def _keep_config(config: LoopConfig, out: Path) -> None:
    """Write the configuration beside the state; refuse to go on with another one."""
    kept = out / CONFIG
    if kept.exists():
        if read_json(kept) != config.as_json():
            raise LabError(f"{out} is the state of another configuration (see {kept}); choose another --out")
        return
    if any(out.glob("round*")) or (out / RESULT).exists():
        raise LabError(f"{out} holds rounds but no {CONFIG}; choose another --out")
    write_json(kept, config.as_json())


def _rounds(context: LoopContext) -> LoopReport:
    rows: list[LoopRow] = []
    before, spent = None, 0.0
    while True:
        number = len(rows)
        state = _run_round(context, number, before, spent)
        spent += state.stages.device_s
        rows.append(_row(context, state, spent))
        why = _reason_to_end(context, state, number, spent)
        if why:
            break
        before = state
    last, found = rows[-1], resolution(context, state)
    return LoopReport(
        ended=why,
        within_tolerance=found.verdict is Resolved.WITHIN,
        gap_verdict=found.text("test examples", state.deployed.device_s / max(last.n_test, 1)),
        more_examples=found.more,
        tolerance=tolerance(context),
        device_s=spent,
        rounds=tuple(rows),
        twins=last.twin_files,
        network=last.network_file,
    )


def _run_round(context: LoopContext, number: int, before: RoundState | None, spent_s: float) -> RoundState:
    state = RoundState(context.folder(number), number)
    this = Round(context, state, before, spent_s)
    for name, stage in (LATER if number else FIRST).items():
        if state.has(name):
            continue
        context.check()
        context.observer.progress(Progress(label(number, name), 0.0))
        state.put(name, stage(this))
        context.observer.progress(Progress(label(number, name), 1.0))
    return state


def _row(context: LoopContext, state: RoundState, spent: float) -> LoopRow:
    """Put a round into one row of the result."""
    folder, compared = state.folder.relative_to(context.out), state.compared
    return LoopRow(
        round=state.number,
        metric=compared.metric.value,
        twin=compared.twin,
        device=compared.device,
        gap=compared.gap,
        gap_error=compared.gap_error,
        gap_low=compared.gap_low,
        gap_high=compared.gap_high,
        n_test=compared.n_test,
        device_s=state.stages.device_s,
        device_s_total=spent,
        drift_since_last_round=state.measured.drift.score,
        drift_while_deployed=state.deployed.drift,
        findings=compared.findings,
        runs=state.measured.runs + state.deployed.runs,
        twin_files=tuple(twin_of(folder, array).as_posix() for array in range(len(context.config.arrays))),
        network_file=(folder / "network.net").as_posix(),
    )


def _reason_to_end(context: LoopContext, state: RoundState, number: int, spent: float) -> str:
    """Say why the loop ends after this round; empty if it goes on."""
    config = context.config
    drifting = _drifting(context, state)
    if drifting is Verdict.STOP:
        return "the device drifts too fast to follow: look at it"
    if resolution(context, state).verdict is Resolved.WITHIN and drifting is Verdict.STEADY:
        return "the gap is within tolerance"
    if number >= config.budget.rounds:
        return "all rounds are done"
    if spent + _next_round_s(context, state) > config.budget.device_s:
        return "another round would take more device time than is left"
    return ""


def _drifting(context: LoopContext, state: RoundState) -> Verdict:
    """Judge the drift while the network was deployed, and since the round before."""
    rule = context.config.drift
    within = verdict(state.deployed.drift, rule.recalibrate_above, rule.stop_above)
    since = state.measured.drift.verdict
    return Verdict.STOP if Verdict.STOP in (within, since) else within


def _next_round_s(context: LoopContext, state: RoundState) -> float:
    """Foretell the device seconds of the next round."""
    config, step_s = context.config, state.measured.step_s
    refined = config.refine.device_examples * config.refine.device_epochs
    measured_s = config.measure.more * sum(step_s)
    refined_s = sum(refined * n * step_s[config.array_of(i)] for i, n in enumerate(config.network.nodes))
    return (measured_s + refined_s) * context.steps + state.deployed.device_s


def resolution(context: LoopContext, state: RoundState) -> Resolution:
    """Say whether a round's gap is within tolerance: only where its whole interval is."""
    gap = state.compared
    low, high = (gap.gap if end is None else end for end in (gap.gap_low, gap.gap_high))
    return resolve(gap.gap, low, high, gap.n_test, most=tolerance(context))


def tolerance(context: LoopContext) -> float:
    """Give the gap that is good enough for the task's metric."""
    chosen = context.config.tolerance
    return chosen.accuracy if context.task.is_classification else chosen.nrmse
