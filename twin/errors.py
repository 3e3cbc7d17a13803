"""What can go wrong in this room, in words for the person at the bench."""


class TwinError(Exception):
    """Say what was expected, what came, and what to do."""

    for_people = True


class DataError(TwinError):
    """The measured trials cannot be used as given."""


class DivergenceError(TwinError):
    """A fit left the finite numbers; the message names the part that did."""


class FileError(TwinError):
    """A twin file is missing, truncated, hostile or of another kind."""
