"""Events out: how an event is written and signed for a receiver, and how it is sent."""

from kopilka.connectors.events.formats import FORMATS, Format, Letter

__all__ = ["FORMATS", "Format", "Letter"]
