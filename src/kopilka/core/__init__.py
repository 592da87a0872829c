"""The business, pure: no clock, no dice, no input or output, no logging."""
