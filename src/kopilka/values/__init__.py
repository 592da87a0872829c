"""Ground: money, points, quantities, rounding, sharing, periods and ids as exact integers.

No business meaning lives here, and nothing here reads a clock, a file or chance.
"""
