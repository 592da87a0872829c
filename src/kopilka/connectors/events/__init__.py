"""Events out: how an event is written and signed for a receiver, and how it is sent."""

from kopilka.connectors.events.formats import FORMATS, OPEN, Format, Letter

__all__ = ["FORMATS", "OPEN", "Format", "Letter"]
