"""A bad network between a till and the server: calls and answers get lost, doubled, late and out of order.

A till's driver speaks its protocol over a `Wire` and follows that protocol's own rules where a call fails. When the
network is well again it must have told the server everything that was sold; then the ledger has to be exactly what it
is over a perfect wire.
"""

from collections.abc import Callable
from random import Random
from typing import Protocol

from kopilka.connectors.kit.call import Answer, Call

SURE = 0.55
"""How likely a call passes whole."""


class LostError(Exception):
    """No answer came. The server may have heard the call, may hear it later, or never."""


class Wire:
    """Carries calls to `server`. `chance` None is a perfect wire."""

    def __init__(self, server: Callable[[Call], Answer], chance: Random | None) -> None:
        self._server = server
        self._chance = chance
        self._late: list[Callable[[], Call]] = []
        self.faults = 0

    def send(self, make: Callable[[], Call]) -> Answer:
        """The answer to a call, or LostError. `make` makes the call anew, because a till signs every try anew."""
        chance = self._chance
        if chance is None:
            return self._server(make())
        if self._late and chance.random() < 0.4:
            # What was sent long ago arrives now, before or after what was sent later.
            self._server(self._late.pop(chance.randrange(len(self._late)))())
        fate = chance.random()
        if fate < SURE:
            return self._server(make())
        self.faults += 1
        if fate < 0.66:
            raise LostError("the call was lost")
        if fate < 0.80:
            self._server(make())
            raise LostError("the answer was lost")
        if fate < 0.90:
            self._server(make())
            return self._server(make())
        call = make()
        self._late.append(lambda: call)
        raise LostError("the call is late")

    def mend(self) -> None:
        """The network is well again: what was late arrives, in any order, and nothing gets lost any more."""
        if self._chance is not None:
            self._chance.shuffle(self._late)
        for make in self._late:
            self._server(make())
        self._late.clear()
        self._chance = None


class Till(Protocol):
    """A till that speaks one protocol, for a fixed list of sales; made anew for every run."""

    def sell(self, wire: Wire) -> None:
        """Sell and take back, over a wire that may fail; whatever cannot be told now is kept for later."""
        ...

    def catch_up(self, wire: Wire) -> None:
        """Tell the server all that it may not have heard. The wire does not fail any more."""
        ...
