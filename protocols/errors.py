"""Errors of protocols that a person can act on."""


class ProtocolError(Exception):
    """Say which protocol or parameter is wrong, and what is expected."""

    for_people = True
