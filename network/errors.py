"""Errors of the network room, written for people."""


class NetworkError(Exception):
    """A network, a task or a training that cannot be; the message says what to do instead."""

    for_people = True


class NetworkFileError(NetworkError):
    """A network file that is missing, damaged or not ours."""


class TaskError(NetworkError):
    """A task that is unknown, or whose data cannot be had."""
