"""Money: integer minor units with an ISO 4217 currency. A receipt has one currency, so inner code
carries bare `*_minor` integers and the currency once; `Money` is for places where both travel.
"""

from decimal import Decimal, InvalidOperation

import msgspec

from kopilka.values.errors import BadValueError

_EXPONENT_NOT_TWO = {
    "BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KMF": 0,
    "KRW": 0, "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "UYI": 0, "VND": 0,
    "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
}  # fmt: skip
_EXPONENT_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR
ZMW ZWG
"""
_TWO = frozenset(_EXPONENT_TWO.split())
AMOUNT_MAX = 10**13
"""The largest amount in minor units that any field accepts (a hundred billion roubles)."""


class Money(msgspec.Struct, frozen=True, gc=False):
    """An amount in minor units of a currency; amounts of two currencies never mix."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise BadValueError("currency", self.currency, other.currency)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + Money(-other.minor, other.currency)


def exponent(currency: str) -> int:
    """Digits after the point of an ISO 4217 currency; an unknown code is a BadValueError."""
    if currency in _TWO:
        return 2
    if currency in _EXPONENT_NOT_TWO:
        return _EXPONENT_NOT_TWO[currency]
    raise BadValueError("currency", "an ISO 4217 code such as RUB", currency)


def scaled(value: str | int | Decimal, digits: int, *, field: str) -> int:
    """Read a decimal as an integer of `digits` decimal places; more places are refused, not rounded."""
    try:
        number = Decimal(value).scaleb(digits)
    except (InvalidOperation, ValueError, TypeError) as error:
        raise BadValueError(field, "a decimal number", value) from error
    if not number.is_finite() or abs(number) > AMOUNT_MAX:
        raise BadValueError(field, f"a number up to {AMOUNT_MAX} in its smallest unit", value)
    if number != int(number):
        raise BadValueError(field, f"at most {digits} digits after the point", value)
    return int(number)


def minor_units(value: str | int | Decimal, currency: str, *, field: str = "amount") -> int:
    """Read an amount such as "12.50" as minor units of the currency."""
    return scaled(value, exponent(currency), field=field)


def major_text(minor: int, currency: str) -> str:
    """Write minor units as a plain decimal: 1250 RUB gives "12.50"."""
    return decimal_text(minor, exponent(currency))


def decimal_text(units: int, digits: int) -> str:
    """Write an integer of `digits` decimal places as a plain decimal."""
    if digits == 0:
        return str(units)
    sign, body = ("-", -units) if units < 0 else ("", units)
    text = str(body).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"
