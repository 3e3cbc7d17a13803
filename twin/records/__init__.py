"""What is written down about a twin, as frozen dataclasses: sizes, settings of a fit, metrics, the card."""
