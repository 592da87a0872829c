"""The business, pure: no clock, no dice, no I/O, no logging."""
