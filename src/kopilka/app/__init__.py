"""Wiring: settings, composition, the ASGI app, the console script's entry. The only room that knows everybody."""
