"""What a channel of a Keithley 2636B stores after a reset, and names of values (2600BS-901-01)."""

RANGES = {"v": (0.2, 2.0, 20.0, 200.0), "i": (*(10.0**power for power in range(-10, 1)), 1.5)}
DEFAULTS = {
    "source.output": 0.0,
    "source.func": 1.0,
    "source.levelv": 0.0,
    "source.leveli": 0.0,
    "source.limitv": 20.0,
    "source.limiti": 0.1,
    "source.rangev": 0.2,
    "source.rangei": 1e-7,
    "source.offmode": 0.0,
    "source.delay": 0.0,
    "source.autorangev": 1.0,
    "source.autorangei": 1.0,
    "measure.rangev": 200.0,
    "measure.rangei": 1.5,
    "measure.autorangev": 1.0,
    "measure.autorangei": 1.0,
    "measure.nplc": 1.0,
    "measure.delay": 0.0,
    "measure.autozero": 2.0,
    "sense": 0.0,
    "nvbuffer1.collecttimestamps": 0.0,
    "nvbuffer2.collecttimestamps": 0.0,
    "trigger.source.action": 0.0,
    "trigger.measure.action": 0.0,
    "trigger.endpulse.action": 0.0,
    "trigger.endsweep.action": 0.0,
    "trigger.count": 1.0,
    "trigger.arm.stimulus": 0.0,
    "trigger.source.stimulus": 0.0,
    "trigger.measure.stimulus": 0.0,
    "trigger.endpulse.stimulus": 0.0,
}
CONSTANTS = {
    "OUTPUT_ON": 1.0,
    "OUTPUT_OFF": 0.0,
    "OUTPUT_DCVOLTS": 1.0,
    "OUTPUT_DCAMPS": 0.0,
    "ENABLE": 1.0,
    "DISABLE": 0.0,
    "SOURCE_IDLE": 0.0,
    "SOURCE_HOLD": 1.0,
    "trigger.ARMED_EVENT_ID": 1.0,
}
LEAST_SOURCED_A = 1e-9
"""Its lowest range of 0.1 nA only measures (2636B data sheet; QCoDeS has none below 1 nA)."""
BOUNDS = {
    "source.levelv": (-202.0, 202.0),
    "source.leveli": (-1.515, 1.515),
    "source.limitv": (0.02, 202.0),
    "source.limiti": (1e-10, 1.515),
    "measure.nplc": (0.001, 25.0),
}
"""Of a 2636B; least limits as QCoDeS' driver has them."""
