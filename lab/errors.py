"""Errors that are written for people.

Every room has an error base class of its own (rooms do not import each other). Such a class sets
``for_people = True``; the command line prints its message as one line and exits with status 1.
"""


class LabError(Exception):
    """Something the user can mend; the message says what was expected, what came, and what to do."""

    for_people = True


def is_for_people(error: BaseException) -> bool:
    """Say whether an error's message is written for the person at the screen."""
    return bool(getattr(error, "for_people", False))


def of_the_system(error: BaseException) -> str:
    """Say in one line what the system refused (a full disk, no permission, no memory); else nothing."""
    if isinstance(error, MemoryError):
        return f"there is not enough memory: {error}".removesuffix(": ")
    if not isinstance(error, OSError) or error.errno is None:
        return ""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def message_of(error: BaseException) -> str:
    """Give one line about an error; of one that nobody expected, also what to do."""
    text = str(error).strip() or type(error).__name__
    if is_for_people(error):
        return text
    return f"{type(error).__name__}: {text} (a mistake in the program or in a protocol; the log says where)"
