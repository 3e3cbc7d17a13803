"""Measured trials: what they hold, how runs are joined, how they are split, what their drives stand for."""
