"""A simulated NI-DAQmx: an object with the part of nidaqmx's Python interface that the drivers use."""

from nado_lab.sim_backend.daqmx.channels import DaqChannels, DaqInput, DaqOutput
from nado_lab.sim_backend.daqmx.library import SimulatedDaqmx

__all__ = ["DaqChannels", "DaqInput", "DaqOutput", "SimulatedDaqmx"]
