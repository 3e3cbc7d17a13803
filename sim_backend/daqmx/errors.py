"""NI-DAQmx's errors by name and status code, with the words that the driver uses (nidaqmx 1.7.0)."""

from enum import IntEnum


class Code(IntEnum):
    """Status codes, named as in nidaqmx.error_codes.DAQmxErrors."""

    DEV_CANNOT_BE_ACCESSED = -201003
    INVALID_DEVICE_ID = -200220
    PHYSICAL_CHAN_DOES_NOT_EXIST = -200170
    INVALID_ATTRIBUTE_VALUE = -200077
    SAMP_RATE_TOO_HIGH = -200332
    INVALID_AO_DATA_WRITE = -200561
    WRITE_NUM_CHANS_MISMATCH = -200524
    OUTPUT_BUFFER_EMPTY = -200462
    SAMPLES_NOT_YET_AVAILABLE = -200284
    OUTPUT_FIFO_UNDERFLOW_2 = -200621
    CAN_NOT_PERFORM_OP_WHILE_TASK_RUNNING = -200479
    INVALID_TASK = -200088
    PAL_RESOURCE_RESERVED = -50103


class DaqError(Exception):
    """Any error that NI-DAQmx reports."""

    def __init__(self, message: str, error_code: int, task_name: str = ""):
        self.error_code = int(error_code)
        tail = f"\n\nTask Name: {task_name}" if task_name else ""
        super().__init__(f"{message}{tail}\n\nStatus Code: {self.error_code}")


class DaqReadError(DaqError):
    """A read that failed after ``samps_per_chan_read`` samples."""

    def __init__(self, message: str, error_code: int, samps_per_chan_read: int, task_name: str = ""):
        super().__init__(message, error_code, task_name)
        self.samps_per_chan_read = samps_per_chan_read
