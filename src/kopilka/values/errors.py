"""The root of Kopilka's exceptions: broken contracts and bad input, never a business "no"."""


class KopilkaError(Exception):
    """Something went against a contract; every exception raised by Kopilka derives from this."""


class BadValueError(KopilkaError):
    """A value from outside cannot be read: says which field, what was expected and what came."""

    def __init__(self, field: str, expected: str, got: object = None) -> None:
        self.field = field
        self.expected = expected
        self.got = got
        shown = "" if got is None else f", got {str(got)[:80]!r}"
        super().__init__(f"{field}: expected {expected}{shown}")
