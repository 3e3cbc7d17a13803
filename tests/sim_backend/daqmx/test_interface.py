"""The stand-in has nidaqmx's signatures: those of version 1.7.0, and of the one that is installed."""

import inspect

import pytest
from nado_lab.sim_backend.clock import SimulatedClock
from nado_lab.sim_backend.daqmx import SimulatedDaqmx, errors
from nado_lab.sim_backend.daqmx import task as simulated

SIGNATURES = {
    "Task.write": ["data", "auto_start", "timeout"],
    "Task.read": ["number_of_samples_per_channel", "timeout"],
    "Task.start": [],
    "Task.stop": [],
    "Task.close": [],
    "Task.is_task_done": [],
    "ao.add_ao_voltage_chan": [
        "physical_channel",
        "name_to_assign_to_channel",
        "min_val",
        "max_val",
        "units",
        "custom_scale_name",
    ],
    "ai.add_ai_voltage_chan": [
        "physical_channel",
        "name_to_assign_to_channel",
        "terminal_config",
        "min_val",
        "max_val",
        "units",
        "custom_scale_name",
    ],
    "timing.cfg_samp_clk_timing": ["rate", "source", "active_edge", "sample_mode", "samps_per_chan"],
    "start_trigger.cfg_dig_edge_start_trig": ["trigger_source", "trigger_edge"],
}
"""Read in nidaqmx 1.7.0: task/_task.py, collections, _timing.py, triggering/_start_trigger.py."""
OURS = {
    "Task": simulated.Task,
    "ao": simulated.ChannelCollection,
    "ai": simulated.ChannelCollection,
    "timing": simulated.Timing,
    "start_trigger": simulated.StartTrigger,
}


def named(method):
    found = inspect.signature(method).parameters.values()
    return [p.name for p in found if p.name != "self" and p.kind is p.POSITIONAL_OR_KEYWORD]


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_those_of_nidaqmx_1_7(name):
    owner, _, method = name.partition(".")
    assert named(getattr(OURS[owner], method)) == SIGNATURES[name]


@pytest.fixture
def nidaqmx():
    return pytest.importorskip("nidaqmx", reason="the extra `hardware` is not installed")


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_those_of_the_installed_nidaqmx(nidaqmx, name):
    from nidaqmx.task import _timing
    from nidaqmx.task.collections import AIChannelCollection, AOChannelCollection
    from nidaqmx.task.triggering import StartTrigger

    owner, _, method = name.partition(".")
    theirs = {
        "Task": nidaqmx.Task,
        "ao": AOChannelCollection,
        "ai": AIChannelCollection,
        "timing": _timing.Timing,
        "start_trigger": StartTrigger,
    }
    assert named(getattr(theirs[owner], method)) == SIGNATURES[name]


def test_what_is_no_method_stands_in_the_installed_nidaqmx_too(nidaqmx):
    from nidaqmx import constants, error_codes
    from nidaqmx.errors import DaqError
    from nidaqmx.system import Device
    from nidaqmx.task import OutStream, Timing

    assert all(hasattr(Device, name) for name in ("product_type", "serial_num"))
    assert hasattr(OutStream, "total_samp_per_chan_generated")
    assert hasattr(Timing, "samp_clk_rate")
    assert DaqError("words", -200284).error_code == -200284
    for kind in (simulated.AcquisitionType, simulated.Edge, simulated.VoltageUnits):
        assert all(getattr(constants, kind.__name__)[each.name].value == each.value for each in kind)
    assert all(error_codes.DAQmxErrors[each.name].value == each.value for each in errors.Code)


def test_a_bench_without_channels_knows_no_device():
    library = SimulatedDaqmx(SimulatedClock(), [])
    with pytest.raises(errors.DaqError, match="-200220"):
        library.system.Device("Dev1").serial_num  # noqa: B018  (a property that raises)
