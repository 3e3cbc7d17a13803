"""Fitting: settings, the schedule of phases, rows, optimisers, checkpoints."""
