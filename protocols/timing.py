"""How the steps of a trial follow each other: as the setup plays them, or as they are asked for."""

WHOLE_TRIALS, STEPWISE = "whole trials", "stepwise"
