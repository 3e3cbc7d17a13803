from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from nado_lab.instruments import InstrumentError, load_setup
from nado_lab.lab.compose import open_named_setup
from nado_lab.lab.errors import LabError
from nado_lab.lab.network_context import read_context
from nado_lab.lab.reports import write_report
from nado_lab.lab.reports.deployment_report import DeploymentReport
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.deploy import DeployRequest, deploy, estimate, sources_for
from nado_lab.lab.workflow.deploy_layers import Deployment, deploy_on
from nado_lab.lab.workflow.evaluate_network import EvaluateNetworkRequest, evaluate_network
from nado_lab.lab.workflow.play_drives import AbortedError, PlayOptions
from nado_lab.lab.workflow.refine import RefineRequest, refine
from nado_lab.lab.workflow.refit_readout import refit_readout
from nado_lab.lab.workflow.train import TrainRequest, train
from nado_lab.network import TaskChoice, TrainSettings, Variant, load, score_answers
from nado_lab.twin import load as load_twin
from nado_lab.twin import save as save_twin

from tests.lab.observers import Watching

AS_USUAL = [PlayOptions()]
GO_ON = [PlayOptions(resume=True)]


def request_for(net, out, setup="sim:nanoring", faults=(), **options):
    """Deploy a network to one setup, specimen 3."""
    return DeployRequest(net, out, sources_for(net, [setup], 3, None, faults), seed=3, **options)


@pytest.fixture
def network(demo):
    return load(demo[0] / "networks" / "noise_aware.net")


def test_outputs_are_decoded_from_what_was_stored(network, tmp_path):
    inputs = read_context(network, test_examples=3).task.test.inputs.numpy()
    with open_named_setup("sim:nanoring") as setup:
        done = deploy_on(network.network, inputs, [setup], tmp_path / "out", AS_USUAL, Observer())
    stored = Run.open(done.runs[0]).dataset()
    nodes = network.network.node_count
    np.testing.assert_allclose(stored["drive"].values, done.drives[0].reshape(-1, *done.drives[0].shape[2:]))
    assert stored.sizes["trial"] == 3 * nodes
    assert done.outputs.shape == (3, 10)


def test_resume_goes_on_where_it_stopped(network, tmp_path):
    inputs = read_context(network, test_examples=8).task.test.inputs.numpy()

    def stop_early(_stage, _share, doing):
        if doing.startswith("5 of"):
            raise KeyboardInterrupt

    out = tmp_path / "out"
    with open_named_setup("sim:nanoring") as setup:
        with pytest.raises(KeyboardInterrupt):
            deploy_on(network.network, inputs, [setup], out, AS_USUAL, Watching(stop_early))
        run = Run.open(out / "layer0.zarr")
        assert run.status is Status.ABORTED
        before = run.dataset()["readout"].values
        done = deploy_on(network.network, inputs, [setup], out, GO_ON, Observer())
        with pytest.raises(LabError, match="other drives"):
            deploy_on(network.network, inputs[::-1].copy(), [setup], out, GO_ON, Observer())
    after = Run.open(out / "layer0.zarr").dataset()["readout"].values
    assert len(after) == 8 * network.network.node_count
    np.testing.assert_array_equal(after[: len(before)], before)
    assert np.isfinite(done.outputs).all()


def test_report_compares_twin_and_device(demo, tmp_path):
    request = request_for(demo[0] / "networks" / "noise_aware.net", tmp_path / "out", test_examples=4)
    report = deploy(request).report
    assert report == DeploymentReport.read(tmp_path / "out" / "report.json")
    assert report.n_test == 4
    trials = 4 * len(report.nodes)
    # each has two rotations before its steps, each burst (of at most 36 trials) one after them
    assert report.device_s == pytest.approx((trials * (2 + 28) + 1) / 37)
    assert report.transfer_gap == pytest.approx(report.twin - report.device)
    assert report.gap_low <= report.transfer_gap <= report.gap_high
    (layer,) = report.layers
    assert layer.mean_error == pytest.approx(np.mean([node.mean_error for node in report.nodes]))
    stored = Run.open(tmp_path / "out" / "layer0.zarr").metadata
    assert stored.lineage == [Run.open(demo[0] / "runs" / "fit.zarr").metadata.run_id]
    assert (stored.setup.noise_seed,) == report.noise_seeds
    assert (stored.setup.source, stored.setup.seed) == ("sim:nanoring", 3)
    errors = [node.mean_error for node in report.nodes]
    assert errors == sorted(errors, reverse=True)
    assert all(0 <= node.coverage90 <= 1 for node in report.nodes)
    with pytest.raises(LabError, match="--resume"):
        deploy(request)


def test_a_wish_to_stop_is_recorded_as_aborted_and_rows_are_seen_as_they_come(network, tmp_path, benches):
    inputs = read_context(network, test_examples=4).task.test.inputs.numpy()
    seen = []
    keep = {"primary": seen.append}  # the observer sees baseline rows, too
    observer = Watching(row=lambda stream, row: keep.get(stream, id)(row), wish=lambda: len(seen) >= 5)
    with open_named_setup("sim:nanoring") as setup, pytest.raises(AbortedError, match="on request"):
        deploy_on(network.network, inputs, [setup], tmp_path / "out", AS_USUAL, observer)
    run = Run.open(tmp_path / "out" / "layer0.zarr")
    assert (run.status, run.metadata.reason) == (Status.ABORTED, "stopped on request")
    assert run.rows() == len(seen) == 5
    assert not benches[0].world.field().any()
    assert not benches[0].world.sources_on()


def short_bursts(folder):
    """Write a setup that reads back every other trial: path."""
    config = load_setup("sim:nanoring")
    timing = config.timing.model_copy(update={"max_burst_s": 2.0})
    file = folder / "short.toml"
    file.write_text(config.model_copy(update={"timing": timing}).to_toml())
    return str(file)


def test_what_stopped_it_is_told_by_the_report_of_what_went_on(demo, tmp_path, benches):
    net, out = demo[0] / "networks" / "noise_aware.net", tmp_path / "out"
    setup = short_bursts(tmp_path)
    whole_request = request_for(net, tmp_path / "whole", setup, test_examples=6)
    with pytest.raises(InstrumentError):
        deploy(request_for(net, out, setup, ("digitiser_0:disconnect@40",), test_examples=6))
    run = Run.open(out / "layer0.zarr")
    assert run.status is Status.FAILED
    committed = run.rows()
    assert 0 < committed < 18
    assert not benches[0].world.field().any()
    assert not benches[0].world.sources_on()
    report = deploy(request_for(net, out, setup, test_examples=6, resume=True)).report
    (told,) = report.interruptions
    assert told.trials == committed
    assert "DisconnectedError" in told.reason
    write_report(str(out), tmp_path / "page.html")
    assert "DisconnectedError" in (tmp_path / "page.html").read_text(encoding="utf-8")
    whole = deploy(whole_request).report
    assert report.device == whole.device
    assert whole.interruptions == ()


def test_the_readout_is_refitted_on_sequences_that_are_not_scored(demo, tmp_path):
    net = demo[0] / "networks" / "noise_aware.net"
    readout = deploy(request_for(net, tmp_path / "out", test_examples=8, refit_readout=0.5)).report.readout
    assert (readout.calibrated_on, readout.scored_on) == (4, 4)
    assert 0 <= readout.device_refitted <= 1
    with pytest.raises(LabError, match="to fit the readout on"):
        deploy(request_for(net, tmp_path / "few", test_examples=6, refit_readout=0.5))


def test_refitting_mends_a_readout_that_the_device_put_out_of_tune(network):
    known = read_context(network)
    task, torch_generator = known.task, torch.Generator().manual_seed(0)
    task = replace(task, test=task.train[:150])
    answers = network.network.respond(task.test.inputs, known.twins, generator=torch_generator)
    said = network.network.decode(answers).detach()
    targets = said.argmax(-1)  # what the network says on its twin counts as right
    task = replace(task, test=replace(task.test, targets=targets))
    shifted = [(1.3 * each + 0.5 * each.std((0, 1, 2))).detach().numpy() for each in answers]
    deployed = Deployment(np.empty(0), [], shifted, [])
    found = refit_readout(network.network, task, deployed, said, 0.5, seed=0)
    assert found.twin == 1.0
    assert found.device_refitted > found.device_trained + 0.05


def test_nodes_are_shared_out_to_several_setups_and_put_together_again(network, tmp_path):
    inputs = read_context(network, test_examples=2).task.test.inputs.numpy()
    nodes = network.network.node_count
    with open_named_setup("sim:nanoring") as one, open_named_setup("sim:nanoring", specimen=9) as two:
        done = deploy_on(network.network, inputs, [one, two], tmp_path / "out", AS_USUAL * 2, Observer())
    assert [path.name for path in done.runs] == ["layer0.zarr", "layer0-device1.zarr"]
    for device, path in enumerate(done.runs):
        stored = Run.open(path).dataset()
        np.testing.assert_allclose(
            stored["drive"].values, done.drives[0][:, device::2].reshape(-1, *done.drives[0].shape[2:])
        )
        kept = done.readouts[0][:, device::2].reshape(-1, *done.readouts[0].shape[2:])
        np.testing.assert_allclose(kept, stored["readout"].values, rtol=1e-5)
    assert done.readouts[0].shape[1] == nodes


def test_sequences_of_unequal_length_are_played_to_their_own_length(demo, tmp_path):
    rng, lengths = np.random.default_rng(0), np.arange(12) % 4 + 3
    data, twin = tmp_path / "unequal.npz", demo[0] / "device.twin"
    np.savez(data, inputs=rng.normal(size=(12, 9, 2)), targets=np.arange(12) % 2, lengths=lengths)
    choice = TaskChoice(str(data), {"train": 8, "test": 4})
    settings = TrainSettings(variant=Variant.RESERVOIR, nodes=(2, 1))
    net = train(TrainRequest(choice, (twin,), tmp_path / "n.net", settings)).path
    request = request_for(net, tmp_path / "out", other_device=True)
    done = deploy(request)
    test = choice.load().test
    for layer, nodes in enumerate(settings.nodes):
        for length in test.lengths.unique().tolist():
            run = Run.open(tmp_path / "out" / f"layer{layer}-steps{length}.zarr").dataset()
            assert run.sizes["step"] == length
            assert run.sizes["trial"] == nodes * int((test.lengths == length).sum())
    network = load(net).network
    readouts = [torch.as_tensor(each) for each in done.deployment.readouts]
    answers = network.decode([each.float() for each in readouts], test.lengths)
    assert done.report.device == score_answers(choice.load(), answers, test)
    assert all(0 <= node.saturated < 1 for node in done.report.nodes)
    with open_named_setup("sim:nanoring") as setup:
        told = sum(
            setup.estimate_s(nodes * count, length)
            for length, count in Counter(test.lengths.tolist()).items()
            for nodes in settings.nodes
        )
    assert estimate(request).device_s == pytest.approx(told)


def test_a_network_of_another_device_is_evaluated_and_refined_only_where_that_is_meant(demo, tmp_path):
    net = demo[0] / "networks" / "noise_aware.net"
    twin = load_twin(demo[0] / "device.twin")
    twin.card = replace(twin.card, device=replace(twin.card.device, sample="another wafer"))
    moved = (save_twin(twin, tmp_path / "moved.twin"),)
    asked = EvaluateNetworkRequest(net, (SetupSource("sim:nanoring", 3),), moved, test_examples=2)
    with pytest.raises(LabError, match="--other-device"):
        evaluate_network(asked)
    assert evaluate_network(replace(asked, other_device=True)).deployment.n_test == 2
    sources = (SetupSource("sim:nanoring", 3),)
    refining = RefineRequest(
        net, sources, tmp_path / "r.net", tmp_path / "r", moved, examples=2, test_examples=2
    )
    with pytest.raises(LabError, match="--other-device"):
        refine(refining)
    again = replace(refining, out=tmp_path / "s.net", runs=tmp_path / "s", other_device=True)
    assert refine(again).after.n_test == 2
