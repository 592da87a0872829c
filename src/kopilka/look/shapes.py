"""What a screen hands to the base pages and the larger components: plain frozen shapes with ready texts.

Sums, dates and sentences are already written in the reader's language; nothing here is computed or looked up.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

Theme = Literal["auto", "light", "dark"]
Tone = Literal["plain", "accent", "coin", "good", "warn", "bad", "info"]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A place to go; `badge` is a short text beside it (a number of open tasks)."""

    title: str
    href: str
    icon: str = ""
    current: bool = False
    badge: str = ""
    hint: str = ""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Links under one heading of the side bar."""

    title: str = ""
    links: Sequence[Link] = ()


class Switcher(msgspec.Struct, frozen=True, kw_only=True):
    """A choice that stays in the top bar: which shop, which programme."""

    label: str
    current: str
    choices: Sequence[Link]
    icon: str = "store"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in."""

    name: str
    role: str = ""
    links: Sequence[Link] = ()

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()


class Toast(msgspec.Struct, frozen=True, kw_only=True):
    """A word after the deed, shown once and gone by itself."""

    text: str
    tone: Tone = "good"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a base page shows around a screen. `phone_nav` holds at most four links."""

    title: str
    lang: str = "ru"
    theme: Theme = "auto"
    brand: str = ""
    home: str = "/"
    nav: Sequence[Group] = ()
    phone_nav: Sequence[Link] = ()
    crumbs: Sequence[Link] = ()
    switchers: Sequence[Switcher] = ()
    person: Person | None = None
    sign_out: str = ""
    csrf: str = ""
    toasts: Sequence[Toast] = ()


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a data table; `kind` "number" sets figures under each other on the right."""

    key: str
    title: str
    kind: Literal["text", "number", "actions"] = "text"
    sort: str = ""
    sorted: Literal["", "ascending", "descending"] = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, in a timeline."""

    title: str
    when: str = ""
    text: str = ""
    amount: str = ""
    icon: str = "check"
    tone: Tone = "plain"


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that explains a sum: why it is so, or (`met` false) what is missing for more."""

    text: str
    met: bool = True


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of an explanation with its amount, and the sentences that it follows from."""

    text: str
    amount: str = ""
    below: Sequence["Branch"] = ()
    open: bool = True


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the receipt view; `before` is the sum before discounts where it differs."""

    title: str
    sum: str
    detail: str = ""
    before: str = ""
    marks: Sequence[str] = ()
    reasons: Sequence[Reason] = ()


class ReceiptSum(msgspec.Struct, frozen=True, kw_only=True):
    """A row under the lines: subtotal, a discount, points spent, the total to pay."""

    title: str
    sum: str
    kind: Literal["plain", "discount", "points", "total"] = "plain"
    reasons: Sequence[Reason] = ()


class ReceiptView(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as people read it ("чек")."""

    title: str
    subtitle: str = ""
    number: str = ""
    lines: Sequence[ReceiptLine] = ()
    sums: Sequence[ReceiptSum] = ()
    earned: str = ""
    earned_note: str = ""
    reasons: Sequence[Reason] = ()


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """A problem as RFC 9457 tells it, for people: what went wrong, which fields, what to quote to support."""

    title: str
    detail: str = ""
    code: str = ""
    request_id: str = ""
    fields: Sequence[tuple[str, str]] = ()
