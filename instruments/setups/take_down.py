"""What must be reached to make a bench safe, and in which order: the family says it, not the names."""

from nado_lab.instruments.drivers import driver_class
from nado_lab.instruments.setups.config import SetupConfig


def taken_down(config: SetupConfig) -> tuple[tuple[str, ...], ...]:
    """Return the roles that drive something, group by group in the order in which they are taken down.

    A role that the family does not know comes last, if its driver drives something.
    """
    known = {name for group in config.taken_down for name in group}
    unknown = [name for name in config.roles if name not in known]
    others = tuple(name for name in unknown if driver_class(config.roles[name].driver).drives)
    groups = [tuple(name for name in group if name in config.roles) for group in (*config.taken_down, others)]
    return tuple(group for group in groups if group)
