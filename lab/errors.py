"""Errors that are written for people.

Every room has an error base class of its own (rooms do not import each other). Such a class sets
``for_people = True``; the command line prints its message as one line and exits with status 1.
"""


class LabError(Exception):
    """Something the user can mend; the message says what was expected, what came, and what to do."""

    for_people = True
