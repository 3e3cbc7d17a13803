"""The standard error numbers of SCPI-99 volume 2 chapter 21, as far as the bench uses them."""


class ScpiError(Exception):
    """A message that the instrument refuses; it goes into the error queue."""

    def __init__(self, code: int, text: str):
        super().__init__(f'{code},"{text}"')
        self.code = code
        self.text = text


def undefined_header(header: str) -> ScpiError:
    """Say that no command of this name exists."""
    return ScpiError(-113, f"Undefined header; {header}")


def missing_parameter() -> ScpiError:
    """Say that the command wants a parameter."""
    return ScpiError(-109, "Missing parameter")


def out_of_range(detail: str = "") -> ScpiError:
    """Say that a number lies outside the instrument's range."""
    return ScpiError(-222, f"Data out of range{detail and '; ' + detail}")


def illegal_value(detail: str = "") -> ScpiError:
    """Say that a word is none of the allowed ones."""
    return ScpiError(-224, f"Illegal parameter value{detail and '; ' + detail}")


def settings_conflict(detail: str) -> ScpiError:
    """Say that the present settings forbid the command."""
    return ScpiError(-221, f"Settings conflict; {detail}")


def invalid_block() -> ScpiError:
    """Say that a binary block does not hold what its header promised."""
    return ScpiError(-161, "Invalid block data")
