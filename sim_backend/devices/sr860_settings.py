"""What an SR860 merely stores: SR860 Operation Manual, chapter 4, spelt as in SRS's own srsinst.sr860."""

from nado_lab.sim_backend.devices.srs import INTEGER, short_exponent
from nado_lab.sim_backend.scpi import Setting, indexed, number, numeral, text

SHOW = short_exponent(10)
_FOUR = ("0", "1", "2", "3")
_PARAMETERS = "X Y R THeta IN1 IN2 IN3 IN4 XNOise YNOise OUT1 OUT2 PHAse SAMp LEVel FInt FExt"
_SWITCHES = ("GLIV", "CURREL", "FFTL", "SCNENBL", "STREAM", "STREAMOPTION", "FNUM", "BLADESLOTS")


def _counted(header: str, most: int, default: int = 0) -> Setting:
    """Declare a choice that is sent and answered as a number."""
    return number(header, header.lower(), default, 0, most, INTEGER)


SETTINGS: tuple[Setting, ...] = (
    number("FREQINT", "frequency", 1e5, 1e-3, 5e5, SHOW),
    number("HARMDUAL", "harmonic_dual", 1, 1, 99, INTEGER),
    number("BLADEPHASE", "blade_phase", 0.0, -360, 360, SHOW),
    number("SOFF", "sine_offset", 0.0, -5.0, 5.0, SHOW),
    numeral("TBMODE", "timebase", 0, "AUTO IN"),
    numeral("REFM", "sine_mode", 0, "COMmon DIFference"),
    numeral("RSRC", "reference", 0, "INT EXT DUAL CHOP"),
    numeral("RTRG", "reference_edge", 0, "SIN POSTTL NEGTTL"),
    numeral("REFZ", "reference_input", 0, "50 1MEG"),
    numeral("IVMD", "input", 0, "VOLTage CURRent"),
    numeral("ISRC", "voltage_input", 0, "A A-B"),
    _counted("IRNG", 4),
    _counted("ICUR", 1),
    number("SCAL", "sensitivity", 0, 0, 27, INTEGER),
    number("OFLT", "time_constant", 10, 0, 21, INTEGER),
    _counted("ADVFILT", 1),
    indexed(number("PSTF", "preset_hz", 1e3, 1e-3, 4e6, SHOW), *_FOUR),
    indexed(number("PSTA", "preset_v", 0.0, 0.0, 2.0, SHOW), *_FOUR),
    indexed(number("PSTL", "preset_offset", 0.0, -5.0, 5.0, SHOW), *_FOUR),
    indexed(number("AUXV", "aux_out", 0.0, -10.5, 10.5, SHOW), *_FOUR),
    indexed(numeral("CDSP", "data_channel", 0, _PARAMETERS), *_FOUR),
    indexed(number("CGRF", "graph", 1, 0, 1, INTEGER), *_FOUR),
    indexed(number("COUT", "output_type", 0, 0, 1, INTEGER), "0", "1"),
    indexed(number("CEXP", "expand", 0, 0, 2, INTEGER), "0", "1", "2"),
    indexed(number("COFA", "offset_on", 0, 0, 1, INTEGER), "0", "1", "2"),
    indexed(number("COFP", "offset_percent", 0.0, -999.99, 999.99, SHOW), "0", "1", "2"),
    indexed(number("CRAT", "ratio", 0, 0, 1, INTEGER), "0", "1", "2"),
    indexed(number("GSCL", "chart_scale", 0.1, -1e9, 1e9, SHOW), *_FOUR),
    indexed(number("GOFF", "chart_offset", 0.0, -1e9, 1e9, SHOW), *_FOUR),
    _counted("DBLK", 1),
    _counted("DLAY", 5),
    _counted("GSPD", 16),
    _counted("PCUR", 639),
    _counted("CURDISP", 1),
    _counted("CURBUG", 3),
    _counted("FCRW", 2),
    _counted("FFTR", 3),
    _counted("FFTS", 5),
    number("FFTO", "fft_offset", 0.0, -1e9, 1e9, SHOW),
    number("FFTSPAN", "fft_span", 1.2e3, 1e-3, 1e7, SHOW),
    _counted("FFTA", 5),
    _counted("SCNPAR", 4),
    _counted("SCNLOG", 1),
    _counted("SCNEND", 2),
    number("SCNSEC", "scan_s", 100.0, 1e-3, 1e6, SHOW),
    _counted("SCNAMPATTN", 5),
    _counted("SCNDCATTN", 4),
    _counted("SCNINRVL", 16),
    *(
        indexed(number(header, header.lower(), default, low, high, SHOW), "0", "1")
        for header, default, low, high in (
            ("SCNFREQ", 1e3, 1e-3, 5e5),
            ("SCNAMP", 0.0, 0.0, 2.0),
            ("SCNDC", 0.0, -5.0, 5.0),
            ("SCNAUX1", 0.0, -10.5, 10.5),
            ("SCNAUX2", 0.0, -10.5, 10.5),
        )
    ),
    number("CAPTURECFG", "capture", 0, 0, 3, INTEGER),
    number("CAPTURELEN", "capture_length", 256, 1, 4096, INTEGER),
    _counted("STREAMCH", 3),
    _counted("STREAMRATE", 20),
    _counted("STREAMFMT", 1),
    _counted("STREAMPCKT", 3),
    number("STREAMPORT", "stream_port", 1865, 1024, 65535, INTEGER),
    _counted("BLAZEX", 2),
    _counted("KEYC", 1),
    _counted("PRMD", 2),
    _counted("SDFM", 1),
    text("FBAS", "file_base", "sr860", quoted=False),
    *(_counted(header, 1) for header in _SWITCHES),
    indexed(number("TIME", "time", 0, 0, 59, INTEGER), "0", "1", "2"),
    indexed(number("DATE", "date", 1, 0, 99, INTEGER), "0", "1", "2"),
)
