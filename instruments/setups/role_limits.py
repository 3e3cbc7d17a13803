"""What a setup file says of its instruments' limits: words that the drivers know, and none forgotten."""

from inspect import Parameter, signature
from itertools import takewhile
from typing import Any

from nado_lab.instruments.drivers import SafeDriver, driver_class
from nado_lab.instruments.errors import SetupError
from nado_lab.instruments.setups.config import SetupConfig

_OURS = ("self", "adapter", "address", "name", "clock", "timeout", "visa_library")
_NAMED = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def limits_of(driver: type[Any]) -> dict[str, object]:
    """Return the limits that a driver takes (word -> default): what its constructors ask for by name."""
    own = takewhile(lambda each: each is not SafeDriver, driver.__mro__)
    constructors = [vars(each)["__init__"] for each in own if each is not object and "__init__" in vars(each)]
    asked = [each for made in constructors for each in signature(made).parameters.values()]
    return {each.name: each.default for each in asked if each.kind in _NAMED and each.name not in _OURS}


def require_limits(config: SetupConfig, where: str) -> None:
    """Raise SetupError where a limit is none that the driver knows, or one that must stand is left out."""
    for name, role in config.roles.items():
        left = [word for word in config.required_limits.get(name, ()) if word not in role.limits]
        known = limits_of(driver_class(role.driver)) if role.limits or left else {}
        for word in role.limits:
            if word not in known:
                told = f"it knows {', '.join(known)}" if known else "it takes none"
                raise SetupError(f"{where}: role {name!r}: {role.driver} has no limit {word!r}; {told}")
        for word in left:
            if word in known:
                raise SetupError(
                    f"{where}: role {name!r}: write the most that what it feeds bears into "
                    f"[roles.{name}.limits] as {word} (left out, the instrument may send its most)"
                )


def left_out(config: SetupConfig) -> dict[str, str]:
    """Return, per role that drives something, which of its largest values the setup file does not limit."""
    found = {}
    for name, role in config.roles.items():
        driver = driver_class(role.driver)
        words = [word for word in limits_of(driver) if word.startswith("max_") and word not in role.limits]
        if words and driver.drives:
            missing = ", ".join(words)
            found[name] = f"{missing} left out of [roles.{name}.limits]: the instrument may do its most"
    return found
