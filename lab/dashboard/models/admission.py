"""Whether the connected bench takes an experiment, and how long that would take, before its turn comes."""

from collections.abc import Mapping

from nado_lab.lab.dashboard.models.bench import BenchModel
from nado_lab.lab.dashboard.models.estimates import Estimates
from nado_lab.lab.dashboard.models.experiment import Experiment, prepare
from nado_lab.lab.errors import is_for_people
from nado_lab.lab.runs.rebuild import require_limits
from nado_lab.protocols import NadoProcedure


class Admission:
    """Hold experiments against the bench; sends nothing to it."""

    def __init__(self, bench: BenchModel, estimates: Estimates) -> None:
        self._bench, self._estimates = bench, estimates

    def admit(self, experiment: Experiment) -> None:
        """Refuse what is beyond the limits of the connected bench, and estimate the time of the rest."""
        setup = self._bench.setup
        if setup is None or experiment.follows or experiment.goes_on:
            return
        procedure = prepare(experiment)
        require_limits(procedure, setup)
        experiment.estimate_s = self.estimate_s(type(procedure), experiment.values)

    def estimate_s(self, procedure: type[NadoProcedure], values: Mapping[str, object]) -> float | None:
        """Estimate how many seconds an experiment takes on the connected bench; None where nobody knows."""
        setup, name = self._bench.setup, self._bench.name
        return None if setup is None else self._estimates.seconds(procedure, values, name, setup)

    def problem(self, experiment: Experiment) -> str:
        """Say why it would be refused; nothing where it would not, or no bench is connected."""
        try:
            self.admit(experiment)
        except Exception as error:
            if not is_for_people(error):
                raise
            return str(error)
        return ""
