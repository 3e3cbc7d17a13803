"""What is given to the program from outside, by kind: cases made by hypothesis, and what is done with each.

A kind is a module with `cases(folder)` (a hypothesis strategy; it prepares in `folder` what it needs) and
`attempt(case, folder)`. An attempt ends well, or in an error that is written for people; whatever else it
raises is a fault of the program, a wrong value (AssertionError) among them.
"""

KINDS = ("csv", "emit", "parameters", "cards", "setups", "stores")

__all__ = ["KINDS"]
