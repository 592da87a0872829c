"""What the public pages need of the house: use cases, handed in by `app`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kopilka.look.jinja import Pages
from kopilka.look.visit import Recognises
from kopilka.usecases.show import Views


@dataclass(frozen=True, slots=True)
class Services:
    """The argument of `portal.router`."""

    pages: Pages
    reception: Recognises
    views: Views
    clock: Callable[[], datetime]
