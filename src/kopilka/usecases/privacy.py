"""Everything about personal data that doors ask for together: requests, erasing, exports."""

from dataclasses import dataclass

from kopilka.usecases.data_requests import DataRequests
from kopilka.usecases.erase_member import Erasures
from kopilka.usecases.export_member import Exports


@dataclass(frozen=True, slots=True)
class Privacy:
    """What persons may ask for, and who answers."""

    requests: DataRequests
    erasures: Erasures
    exports: Exports
