"""What people type into inputs: amounts with spaces and commas, quantities, days. Text in, whole numbers out.

An entry that cannot be read is a BadValueError that names the field; nothing is guessed or rounded.
"""

import re
from datetime import date

from kopilka.values.errors import BadValueError
from kopilka.values.money import exponent, scaled
from kopilka.values.quantity import thousandths

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’_]")
_SIGNS = re.compile(r"(₽|руб\.?|р\.|rub|[$€£₸]|%|кг|kg|шт\.?|pcs)$|^(₽|[$€£₸])", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d*\Z")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+\Z|[+-]?\d{1,3}(\.\d{3})+,\d+\Z")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z|(\d{1,2})\.(\d{1,2})\.(\d{4})\Z")


def decimal_entry(text: str, digits: int, *, field: str) -> int:
    """Read "2 350,50", "2350.50", "1,250.00" or "2 350 ₽" as an integer of `digits` decimal places."""
    bare = _SIGNS.sub("", _SPACES.sub("", text)).replace("−", "-")
    if _GROUPED.match(bare):
        bare = bare.replace(min(",.", key=bare.rfind), "")
    if not _NUMBER.match(bare) or not any(sign.isdigit() for sign in bare):
        raise BadValueError(field, "a number such as 2350.50", text)
    return scaled(bare.replace(",", "."), digits, field=field)


def money_entry(text: str, currency: str, *, field: str = "amount") -> int:
    """An amount of money in minor units."""
    return decimal_entry(text, exponent(currency), field=field)


def quantity_entry(text: str, *, field: str = "quantity") -> int:
    """A quantity in thousandths: "0,450" and "0.45 kg" are 450."""
    return thousandths(str(decimal_entry(text, 3, field=field)) + "e-3", field=field)


def day_entry(text: str, *, field: str = "day") -> date:
    """A day as a browser writes it (2026-03-08) or as people do (8.03.2026)."""
    found = _DAY.match(text.strip())
    if not found:
        raise BadValueError(field, "a day such as 2026-03-08", text)
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise BadValueError(field, "a day of the calendar", text) from error
