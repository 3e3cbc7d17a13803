"""`nado loop`: measure, fit, train, deploy, compare; then recalibrate, measure where it matters, refine.

The state is a folder. Every stage writes its files whole and then its line in round.json; a loop that was
killed at any instant goes on from there when it is started again, and ends as if it never had been.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nado_lab.lab.errors import LabError
from nado_lab.lab.loop.config import LoopConfig
from nado_lab.lab.loop.context import OpenDevice, Workshop, opener
from nado_lab.lab.loop.round import twin_of
from nado_lab.lab.loop.round_state import RoundState, read_whole, write_whole
from nado_lab.lab.loop.stages import FIRST, LATER, Round
from nado_lab.lab.store.ownership import Ownership
from nado_lab.lab.workflow.drift import Verdict, verdict
from nado_lab.network import load_task

if TYPE_CHECKING:
    from nado_lab.lab.demo.demo import Show
    from nado_lab.lab.runs.subscribers import Subscriber

CONFIG, RESULT = "config.json", "loop.json"


def run_loop(
    config: LoopConfig,
    out: Path,
    show: Show,
    open_device: OpenDevice | None = None,
    *,
    stop: Callable[[], bool] | None = None,
    subscribers: Sequence[Subscriber] = (),
) -> dict[str, Any]:
    """Run the loop in the folder `out`, or go on with it; write and return what stands in its loop.json.

    Once `stop()` says yes, the hardware is made safe, a run under way is closed as aborted, and AbortedError
    is raised; `subscribers` get every (stream, row) that is measured.
    """
    out.mkdir(parents=True, exist_ok=True)
    owner = Ownership("loop", str(out.resolve())).take()
    try:
        _keep_config(config, out)
        if (out / RESULT).exists():
            return read_whole(out / RESULT)
        task = load_task(config.task.name, **config.task.options)
        shop = Workshop(config, task, out, show, open_device or opener(config), stop, subscribers)
        result = _rounds(shop)
        write_whole(out / RESULT, result)
        return result
    finally:
        owner.release()


def _keep_config(config: LoopConfig, out: Path) -> None:
    """Write the configuration beside the state; refuse to go on with another one."""
    kept = out / CONFIG
    if kept.exists():
        if read_whole(kept) != config.as_json():
            raise LabError(f"{out} is the state of another configuration (see {kept}); choose another --out")
        return
    if any(out.glob("round*")) or (out / RESULT).exists():
        raise LabError(f"{out} holds rounds but no {CONFIG}; choose another --out")
    write_whole(kept, config.as_json())


def _rounds(shop: Workshop) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    before, spent = None, 0.0
    while True:
        number = len(rows)
        state = _run_round(shop, number, before, spent)
        spent += state.device_s()
        rows.append(_row(shop, state, spent))
        why = _reason_to_end(shop, state, number, spent)
        if why:
            break
        before = state
    return {
        "ended": why,
        "within_tolerance": rows[-1]["gap"] <= tolerance(shop),
        "tolerance": tolerance(shop),
        "device_s": spent,
        "rounds": rows,
        "twins": rows[-1]["twin_files"],
        "network": rows[-1]["network_file"],
    }


def _run_round(shop: Workshop, number: int, before: RoundState | None, spent_s: float) -> RoundState:
    state = RoundState(shop.folder(number), number)
    this = Round(shop, state, before, spent_s)
    for name, stage in (LATER if number else FIRST).items():
        if name in state.stages:
            continue
        shop.check()
        label = f"round {number}: {name}"
        shop.show(label, 0.0, "")
        state.put(name, stage(this))
        shop.show(label, 1.0, "")
    return state


def _row(shop: Workshop, state: RoundState, spent: float) -> dict[str, Any]:
    """Put a round into one row of the result."""
    stages, folder = state.stages, state.folder.relative_to(shop.out).as_posix()
    compared = stages["compare"]
    figures = {key: compared[key] for key in ("metric", "twin", "device", "gap", "gap_error", "n_test")}
    return {
        "round": state.number,
        **figures,
        "device_s": state.device_s(),
        "device_s_total": spent,
        "drift_since_last_round": stages["measure"]["drift"]["score"],
        "drift_while_deployed": stages["deploy"]["drift"],
        "findings": compared["findings"],
        "runs": stages["measure"]["runs"] + stages["deploy"]["runs"],
        "twin_files": [twin_of(Path(folder), array).as_posix() for array in range(len(shop.config.arrays))],
        "network_file": f"{folder}/network.net",
    }


def _reason_to_end(shop: Workshop, state: RoundState, number: int, spent: float) -> str:
    """Say why the loop ends after this round; empty if it goes on."""
    config, stages = shop.config, state.stages
    drifting = _drifting(shop, state)
    if drifting is Verdict.STOP:
        return "the device drifts too fast to follow: look at it"
    if stages["compare"]["gap"] <= tolerance(shop) and drifting is Verdict.STEADY:
        return "the gap is within tolerance"
    if number >= config.budget.rounds:
        return "all rounds are done"
    if spent + _next_round_s(shop, state) > config.budget.device_s:
        return "another round would take more device time than is left"
    return ""


def _drifting(shop: Workshop, state: RoundState) -> Verdict:
    """Judge the drift while the network was deployed, and since the round before."""
    rule = shop.config.drift
    within = verdict(state.stages["deploy"]["drift"], rule.recalibrate_above, rule.stop_above)
    since = state.stages["measure"]["drift"]["verdict"]
    return Verdict.STOP if Verdict.STOP in (within, since) else within


def _next_round_s(shop: Workshop, state: RoundState) -> float:
    """Foretell the device seconds of the next round."""
    config, step_s = shop.config, state.stages["measure"]["step_s"]
    refined = config.refine.device_examples * config.refine.device_epochs
    measured_s = config.measure.more * sum(step_s)
    refined_s = sum(refined * n * step_s[config.array_of(i)] for i, n in enumerate(config.network.nodes))
    return (measured_s + refined_s) * shop.steps + state.stages["deploy"]["device_s"]


def tolerance(shop: Workshop) -> float:
    """Give the gap that is good enough for the task's metric."""
    chosen = shop.config.tolerance
    return chosen.accuracy if shop.task.is_classification else chosen.nrmse
