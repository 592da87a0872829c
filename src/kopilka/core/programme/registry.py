"""Which conditions and effects a document may name. `core/rules` fills it; rooms below take it as an argument."""

from collections.abc import Mapping

import msgspec

from kopilka.core.programme.document import Condition, Effect


class Registry(msgspec.Struct, frozen=True):
    """Conditions and effects by the name that a document calls them.

    A class may declare `SHORT: ClassVar[str]`, the field meant when its body is not a mapping: `level: silver`.
    """

    conditions: Mapping[str, type[Condition]]
    effects: Mapping[str, type[Effect]]

    def condition_name(self, condition: Condition) -> str:
        """The name of a condition's kind; one that is not registered is a KeyError."""
        return _name_of(self.conditions, type(condition))

    def effect_name(self, effect: Effect) -> str:
        """The name of an effect's kind; one that is not registered is a KeyError."""
        return _name_of(self.effects, type(effect))


def _name_of(kinds: Mapping[str, type], wanted: type) -> str:
    for name, kind in kinds.items():
        if kind is wanted:
            return name
    raise KeyError(wanted.__name__)
