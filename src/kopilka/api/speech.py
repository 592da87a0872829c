"""Speech: a programme version in a reader's language. Made once per version and language, then looked up."""

from collections.abc import Mapping

from kopilka.core.programme.document import PointsKind, Programme
from kopilka.core.receipt import Shop
from kopilka.core.rules.decision import Decision
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.catalogue import Catalogue
from kopilka.words.explanation import Teller
from kopilka.words.reasons import said
from kopilka.words.render import Tongue
from kopilka.words.tongue import tongue_of

NOTHING = Programme("", {}, "RUB", "UTC", {}, ())


class Speech:
    """The words of one programme; points kinds of other programmes keep their decimals."""

    __slots__ = ("_kinds", "_rules", "_teller", "programme", "shops", "tongue")

    def __init__(
        self, rules: Ruleset | None, language: str, kinds: dict[str, PointsKind], shops: Mapping[str, Shop]
    ) -> None:
        self._rules = rules
        self.programme = programme = NOTHING if rules is None else rules.programme
        self.tongue: Tongue = tongue_of(language, [] if programme is NOTHING else [programme], shops)
        self.shops = shops
        self._kinds = kinds
        self._teller: Teller | None = None

    @property
    def teller(self) -> Teller:
        """Who explains receipts of this version."""
        if self._teller is None:
            self._teller = Teller(self.programme, self.tongue)
        return self._teller

    def said(self, reason: Reason) -> str:
        """A reason as a sentence."""
        return said(reason, self.tongue)

    def told(self, decision: Decision) -> Decision:
        """A Decision with a reason for every rule of its version."""
        rules = self._rules
        return decision if rules is None else rules.told(decision, decision.at, rules.programme.zone)

    def decimals(self, kind: str) -> int:
        """Decimals of a points kind."""
        found = self.programme.points.get(kind) or self._kinds.get(kind)
        return 0 if found is None else found.decimals


class Speeches:
    """All speeches of a process. Versions never change; what was made before shops changed is made anew."""

    KEPT_MAX = 1_000

    def __init__(self) -> None:
        self._made: dict[tuple[str, int, str], Speech] = {}
        self.kinds: dict[str, PointsKind] = {}

    def of(self, catalogue: Catalogue, programme: str, version: int, language: str) -> Speech:
        """The speech of a version; of an unknown one, bare words."""
        found = self._made.get((programme, version, language))
        if found is not None and found.shops is catalogue.shops:
            return found
        rules = catalogue.numbered(programme, version)
        made = Speech(rules, language, self.kinds, catalogue.shops)
        if rules is None:
            return made
        if len(self._made) > self.KEPT_MAX:
            self._made.clear()
        self.kinds.update(
            {id_: kind for id_, kind in rules.programme.points.items() if id_ not in self.kinds}
        )
        self._made[(programme, version, language)] = made
        return made
