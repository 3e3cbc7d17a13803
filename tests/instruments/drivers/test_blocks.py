import io

import pytest
from nado_lab.instruments.drivers.blocks import read_block
from nado_lab.instruments.errors import ReplyError


@pytest.mark.parametrize(
    ("sent", "size", "end", "data"),
    [
        (b"#14abcd\n", None, b"\n", b"abcd"),  # Keysight
        (b"#6000004abcd\n", None, b"\n", b"abcd"),  # E5071C
        (b"#14abcd", None, b"", b"abcd"),  # SR860
        (b"#0abcd\n", 4, b"\n", b"abcd"),  # DMM6500
        (b"#0a\ncd\n", 4, b"\n", b"a\ncd"),
        (b"#10\n", None, b"\n", b""),
    ],
)
def test_a_block_ends_as_its_instrument_ends_it_and_the_next_reply_is_whole(sent, size, end, data):
    line = io.BytesIO(sent + b"next\n")
    assert read_block(line.read, size, end) == data
    assert line.read() == b"next\n"


@pytest.mark.parametrize(
    ("sent", "size"),
    [
        (b"1.5\n", None),
        (b"#0abcd\n", None),
        (b"#14abc", None),
        (b"#14abcdX", None),
        (b"#0abcdX", 4),
        (b"#1xabcd\n", None),
    ],
)
def test_what_is_no_such_block_is_named(sent, size):
    with pytest.raises(ReplyError):
        read_block(io.BytesIO(sent).read, size, b"\n")
