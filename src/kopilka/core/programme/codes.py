"""How codes are compared: promo codes of the document and coupons alike."""

_TWINS = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")


def normalised(code: str) -> str:
    """A code as it is kept: capitals, no spaces or dashes, Cyrillic letters that look Latin made Latin."""
    return "".join(code.split()).replace("-", "").upper().translate(_TWINS)
