"""How far a run will drive its device: known from its plan, before anything is sent."""

import numpy as np
from nado_lab.lab.si_text import si_text
from nado_lab.port import inputs_of


def largest_drive(procedure: object, setup: object) -> str:
    """Say "up to 3.6 mT", port by port; empty where the procedure has no plan or the setup names no ports."""
    plan, ports = getattr(procedure, "planned", None), getattr(setup, "ports", ())
    if plan is None or not ports:
        return ""
    given = getattr(plan, "inputs", None)
    inputs = np.asarray(given if given is not None else inputs_of(ports, plan.drive), float)
    most = np.abs(inputs).reshape(-1, len(ports)).max(axis=0)
    told = [si_text(float(value), port.unit) for value, port in zip(most, ports, strict=True)]
    if len(told) == 1:
        return f"up to {told[0]}"
    return ", ".join(f"{port.name} up to {text}" for port, text in zip(ports, told, strict=True))
