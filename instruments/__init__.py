"""Drivers, roles, limits and setups: everything that speaks to an instrument."""
