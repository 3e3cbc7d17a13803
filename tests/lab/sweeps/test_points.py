"""What a sweep consists of, and what is refused before anything runs."""

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.sweeps import SweepConfig, load_sweep
from nado_lab.lab.sweeps.points import grid_points, key_of
from nado_lab.network import NetworkError
from nado_lab.protocols import ProtocolError
from nado_lab.twin import TwinError

MEASURE = {"protocol": "characterise", "setup": "sim:nanoring", "parameters": {"sequences": 4, "steps": 3}}


def config(**values):
    return SweepConfig.model_validate({"measure": MEASURE} | values)


def test_the_last_option_varies_fastest():
    grid = {"measure.parameters.sequences": [4, 8], "twin.batch": [16, 32]}
    points = grid_points(config(grid=grid))
    seen = [(p.plan.measure.parameters["sequences"], p.plan.twin["batch"]) for p in points]
    assert seen == [(4, 16), (4, 32), (8, 16), (8, 32)]
    assert points[1].options == {"measure.parameters.sequences": 4, "twin.batch": 32}


def test_keys_name_content_and_nothing_else():
    first, second = grid_points(config(grid={"twin.seed": [0, 1]}))
    assert first.key != second.key
    (alone,) = grid_points(config(twin={"seed": 1}))
    assert alone.key == second.key
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})


def test_without_a_grid_there_is_one_point():
    (point,) = grid_points(config())
    assert point.options == {}


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"grid": {"twin.batches": [1]}}, TwinError, "batches"),
        ({"grid": {"twni.batch": [1]}}, LabError, "no 'twni.batch' to vary"),
        ({"grid": {"twin.batch": []}}, LabError, "no values"),
        ({"grid": {"twin.method": ["guess"]}}, TwinError, "method: expected one of .score., .gan. or .ode."),
        ({"grid": {"measure.parameters.sequence": [4]}}, ProtocolError, "no parameter 'sequence'"),
        ({"grid": {"measure.specimen": [-1]}}, LabError, "specimen"),
        ({"network": {"task": "temporal-minst"}}, LabError, "no task 'temporal-minst'"),
        ({"network": {"task": "narma-10", "settings": {"node": [3]}}}, NetworkError, "node"),
    ],
)
def test_mistakes_are_named(values, error, message):
    with pytest.raises(error, match=message):
        grid_points(config(**values))


def test_a_real_bench_is_not_swept(tmp_path):
    from nado_lab.instruments import load_setup

    bench = tmp_path / "bench.toml"
    bench.write_text(load_setup("sim:nanoring").with_addresses({}, "@py").to_toml())
    with pytest.raises(LabError, match="real bench"):
        grid_points(config(measure=MEASURE | {"setup": str(bench)}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[measure]\nprotocol = 'characterise'", "either runs"),
        ("[measure]\nruns = ['a']\n[gird]\nx = [1]", "gird"),
        ("[measure]\nruns = ['a']\n[optimise.space]\nx = { low = 1 }", "either choices"),
        ("[measure", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path, text, message):
    path = tmp_path / "sweep.toml"
    path.write_text(text)
    with pytest.raises(LabError, match=message) as caught:
        load_sweep(path)
    assert "\n" not in str(caught.value)
