"""How a person says which noise a simulated bench is to have: a number, or the word `specimen`.

With a number it is another realisation; `specimen` (None inside) is the specimen's own, at every opening.
"""

from collections.abc import Callable

from nado_lab.lab.errors import LabError

OF_THE_SPECIMEN = "specimen"


def read_noise_seed(text: str, otherwise: Callable[[], int | None]) -> int | None:
    """Return the seed that an option asks for, or what stands `otherwise` where it was left out."""
    if text == OF_THE_SPECIMEN:
        return None
    try:
        return int(text) if text else otherwise()
    except ValueError:
        raise LabError(f"--noise-seed {text}: expected a whole number, or {OF_THE_SPECIMEN}") from None


def write_noise_seed(seed: int | None) -> str:
    """Write a seed so that `read_noise_seed` reads it back."""
    return OF_THE_SPECIMEN if seed is None else str(seed)
