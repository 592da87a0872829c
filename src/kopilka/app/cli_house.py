"""The house as the command line opens it."""

import secrets

from kopilka.app.compose import House
from kopilka.store.staff import PostgresStaff
from kopilka.usecases.staff import Reception


class CliHouse(House):
    """The house with what only the command line asks for."""

    def reception(self) -> Reception:
        """Where staff accounts are opened."""
        return Reception(PostgresStaff(self.pool), clock=self.clock, chance=secrets.randbits)
