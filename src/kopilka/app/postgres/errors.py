"""What can go wrong between us and the server's process. Each message says what a shop owner can do."""


class PostgresError(Exception):
    """The database server cannot be used."""


class NoPostgres(PostgresError):
    """No PostgreSQL was found: neither `DATABASE_URL`, nor the embedded package, nor a system's 15 or newer."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class AlreadyRunning(PostgresError):
    """Another Kopilka uses this data folder."""


class WrongVersion(PostgresError):
    """The data folder was made by another major version of PostgreSQL."""


class CannotRun(PostgresError):
    """The server's programs did not do what they were asked to."""
