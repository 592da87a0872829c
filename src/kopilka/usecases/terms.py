"""Public terms: what a programme promises, in plain sentences of every language, made from the document itself.

What nobody needs to be promised (priorities, sums of budgets, words to the cashier) stays out; everything that a buyer
meets is said, so that terms and receipts never differ.
"""

from collections.abc import Iterator

import msgspec

from kopilka.core.programme.document import (
    Caps,
    CouponSeries,
    Deficit,
    Lane,
    Levels,
    PointsKind,
    Programme,
    Rule,
    Trigger,
)
from kopilka.core.programme.fields import Words
from kopilka.core.programme.law import BOOKS, LawBook
from kopilka.core.programme.registry import Registry
from kopilka.core.programme.rule_checks import lane_in
from kopilka.core.programme.saying import AND, EMPTY, Saying, bare, filled, joined, literal
from kopilka.core.programme.sayings import Sayings
from kopilka.usecases import terms_words as words
from kopilka.values.period import Span

_MONEY = (Lane.PRICES, Lane.DISCOUNTS, Lane.COUPONS)


class Promise(msgspec.Struct, frozen=True):
    """One thing promised: a heading, empty where sentences need none, and sentences under it."""

    title: Saying
    lines: tuple[Saying, ...] = ()


class Section(msgspec.Struct, frozen=True):
    """A part of the terms: its id for links, its heading, its promises."""

    id: str
    title: Saying
    promises: tuple[Promise, ...]


class Terms(msgspec.Struct, frozen=True):
    """The terms of a programme."""

    title: Saying
    sections: tuple[Section, ...]


def terms_of(programme: Programme, registry: Registry) -> Terms:
    """All sections that have anything to say."""
    writer = _Writer(programme, registry)
    found = [
        Section(id_, Saying(title), tuple(promises))
        for id_, title, promises in (
            ("gets", words.GETS, list(writer.rules())),
            ("levels", words.LEVELS, list(writer.levels())),
            ("points", words.POINTS, list(writer.points())),
            ("spending", words.SPENDING, list(writer.spending())),
            ("coupons", words.COUPONS, list(writer.coupons())),
            ("gifts", words.GIFTS, list(writer.gifts())),
            ("limits", words.LIMITS, list(writer.limits())),
            ("returns", words.RETURNS, list(writer.returns())),
            ("law", words.LAW, list(writer.law())),
        )
        if promises
    ]
    return Terms(_text(programme.title) or literal(programme.programme), tuple(found))


class _Writer:
    """Writes the sections of one programme."""

    def __init__(self, programme: Programme, registry: Registry) -> None:
        self._programme = programme
        self._say = Sayings(programme, registry)

    # -- rules --------------------------------------------------------------------------------------------------

    def rules(self) -> Iterator[Promise]:
        """What each rule gives, to whom, for what."""
        for rule in self._programme.rules:
            gives = [self._say.effect(effect) for effect in rule.effects if getattr(effect, "PROMISES", True)]
            first = _capital(joined(gives, AND))
            if not rule.paused and first:
                title = _text(rule.title)
                yield Promise(title or first, (*((first,) if title else ()), *self._terms(rule)))

    def _terms(self, rule: Rule) -> Iterator[Saying]:
        """When a rule applies, on what, what it costs and how often."""
        if rule.on is not Trigger.RECEIPT:
            ahead = self._say.span(rule.ahead) if rule.ahead.days or rule.ahead.months else EMPTY
            yield filled(words.ON_AHEAD, [ahead]) if ahead else Saying(words.ON[rule.on.value])
        if rule.when:
            yield filled(words.WHEN, [joined(self._say.conditions(rule.when), words.ALSO)])
        if rule.goods is not None:
            yield filled(words.GOODS, [self._say.goods(rule.goods)])
        if rule.cost is not None:
            yield filled(words.COST, [self._say.points(rule.cost.points, rule.cost.kind)])
        yield from self._caps(rule.caps, _kind(rule))

    def _caps(self, caps: Caps, kind: str) -> Iterator[Saying]:
        say = self._say
        if caps.line is not None:
            yield filled(words.CAP_LINE, [say.percent(caps.line)])
        if caps.receipt is not None:
            yield filled(words.CAP_RECEIPT, [say.money(caps.receipt)])
        if caps.receipt_points is not None:
            yield filled(words.CAP_RECEIPT, [say.points(caps.receipt_points, kind)])
        member = caps.member
        if member is not None:
            per = say.place("period", member.per.value)
            most = [
                *([say.count(member.uses, words.TIMES)] if member.uses is not None else []),
                *([say.money(member.money)] if member.money is not None else []),
                *([say.points(member.points, kind)] if member.points is not None else []),
            ]
            yield filled(words.CAP_MEMBER, [joined(most, AND), per])
        if caps.budget is not None:
            yield Saying(words.WHILE_STOCKS)

    # -- levels -------------------------------------------------------------------------------------------------

    def levels(self) -> Iterator[Promise]:
        """The ladder, what lifts and what lets fall."""
        levels = self._programme.levels
        if levels is None:
            return
        for number, step in enumerate(levels.ladder):
            title = self._say.place("level", step.id)
            if not number:
                yield Promise(title, (Saying(words.FROM_THE_START),))
            else:
                yield Promise(
                    title, (filled(words.LEVEL_FROM[levels.by.value], [self._total(levels, step.start)]),)
                )
        yield Promise(EMPTY, tuple(self._ladder(levels)))

    def _total(self, levels: Levels, start: int) -> Saying:
        match levels.by.value:
            case "receipts":
                return self._say.count(start, words.PURCHASES)
            case "points":
                kind = self._programme.points.get(levels.points)
                scale = 1 if kind is None else kind.scale
                return self._say.points(start * 100 // scale, levels.points)
            case "tenure":
                return self._say.count(start, words.DAYS)
            case _:
                return self._say.money(start)

    def _ladder(self, levels: Levels) -> Iterator[Saying]:
        over = levels.over
        if isinstance(over, Span):
            yield filled(words.OVER_SPAN, [self._say.span(over)])
        else:
            yield Saying(words.OVER[over.value])
        yield Saying(words.NEXT_RECEIPT)
        yield Saying(words.DOWN[levels.down.value])
        if levels.grace.days or levels.grace.months:
            yield filled(words.GRACE_LEVEL, [self._say.span(levels.grace)])
        if levels.one_step:
            yield Saying(words.ONE_STEP)
        if levels.warn.days or levels.warn.months:
            yield filled(words.WARN, [self._say.span(levels.warn)])

    # -- points -------------------------------------------------------------------------------------------------

    def points(self) -> Iterator[Promise]:
        """What each kind is worth, when it can be spent and until when."""
        for id_, kind in self._programme.points.items():
            title = self._say.place("noun", id_) if len(self._programme.points) > 1 else EMPTY
            yield Promise(title, tuple(self._kind(id_, kind)))

    def _kind(self, id_: str, kind: PointsKind) -> Iterator[Saying]:
        say = self._say
        if kind.worth:
            yield filled(words.WORTH, [say.points(100, id_), say.money(kind.worth)])
        else:
            yield Saying(words.WORTHLESS)
        waits = bool(kind.pending.days or kind.pending.months)
        yield filled(words.PENDING, [say.span(kind.pending)]) if waits else Saying(words.AT_ONCE)
        if kind.life is None:
            yield Saying(words.FOR_EVER)
        else:
            yield filled(words.LIFE_AFTER if waits else words.LIFE, [say.span(kind.life)])
            yield Saying(words.OLDEST_FIRST)
        yield (
            Saying(words.ROUND[kind.round.value])
            if not kind.decimals
            else filled(words.DECIMALS, [say.count(kind.decimals, words.DIGITS)])
        )
        if kind.payout:
            yield Saying(words.PAYOUT)

    def spending(self) -> Iterator[Promise]:
        """How much of a purchase points pay."""
        spend, say = self._programme.spend, self._say
        if spend is None:
            return
        kind = self._programme.spend_kind()
        lines = [filled(words.UP_TO, [say.percent(spend.up_to)])]
        lines += [
            filled(words.UP_TO_IN, [say.place("shops", place), say.percent(share)])
            for place, share in spend.inside.items()
        ]
        if spend.when:
            lines.append(filled(words.WHEN, [joined(say.conditions(spend.when), words.ALSO)]))
        if spend.goods is not None:
            lines.append(filled(words.SPEND_GOODS, [say.goods(spend.goods)]))
        if spend.step is not None:
            lines.append(filled(words.STEP, [say.points(spend.step, kind)]))
        if spend.least is not None:
            lines.append(filled(words.LEAST, [say.points(spend.least, kind)]))
        if spend.keep:
            lines.append(filled(words.KEEP, [say.money(spend.keep)]))
        lines.append(Saying(words.DELIVERY_TOO if spend.delivery else words.NOT_DELIVERY))
        yield Promise(EMPTY, tuple(lines))

    # -- coupons, gifts, perks ----------------------------------------------------------------------------------

    def coupons(self) -> Iterator[Promise]:
        """Series of coupons: how they work and until when."""
        for id_, series in self._programme.coupons.items():
            yield Promise(_text(series.title) or self._say.place("coupons", id_), tuple(self._series(series)))

    def _series(self, series: CouponSeries) -> Iterator[Saying]:
        say = self._say
        if series.code:
            yield filled(words.PUBLIC_CODE, [literal(series.code)])
        elif series.auto:
            yield Saying(words.AUTO)
        else:
            yield Saying(words.SHOW_CODE)
        if series.activation:
            yield Saying(words.ACTIVATION)
        if series.per_member is not None:
            yield filled(words.PER_MEMBER, [say.count(series.per_member, words.TIMES)])
        elif not series.code and series.uses in (None, 1):
            yield Saying(words.ONCE)
        if series.code and series.uses is not None:
            yield Saying(words.WHILE_STOCKS)
        if series.starts is not None:
            yield filled(words.FROM_DAY, [say.day(series.starts)])
        if series.until is not None:
            yield filled(words.UNTIL_DAY, [say.day(series.until)])
        if series.life is not None:
            yield filled(words.COUPON_LIFE, [say.span(series.life)])

    def gifts(self) -> Iterator[Promise]:
        """Gifts of the catalogue and perks."""
        say = self._say
        for id_, gift in self._programme.gifts.items():
            lines = [filled(words.GIFT_COST, [say.points(gift.points, gift.kind)])]
            if gift.per_member is not None:
                lines.append(filled(words.PER_MEMBER, [say.count(gift.per_member, words.TIMES)]))
            if gift.stock is not None:
                lines.append(Saying(words.WHILE_STOCKS))
            yield Promise(_text(gift.title) or literal(id_, quoted=True), tuple(lines))
        for id_, perk in self._programme.perks.items():
            yield Promise(_text(perk.title) or literal(id_, quoted=True), (Saying(words.PERK),))

    # -- limits, returns, law -----------------------------------------------------------------------------------

    def limits(self) -> Iterator[Promise]:
        """How several offers meet."""
        programme, lines = self._programme, list[Saying]()
        takes = [
            lane_in(rule, effect) for rule in programme.rules if not rule.paused for effect in rule.effects
        ]
        crowded = [lane for lane in _MONEY if takes.count(lane) > 1]
        for chooser in dict.fromkeys(programme.lanes.of(lane).choose for lane in crowded):
            lines.append(Saying(words.CHOOSE[chooser.value]))
        if Lane.COUPONS in takes and Lane.DISCOUNTS in takes:
            lines.append(Saying(words.COUPON_TOO))
        if programme.caps.line is not None:
            say = words.ALL_CAP_POINTS if programme.caps.with_points else words.ALL_CAP
            lines.append(filled(say, [self._say.percent(programme.caps.line)]))
        if lines:
            yield Promise(EMPTY, tuple(lines))

    def returns(self) -> Iterator[Promise]:
        """What a return does."""
        programme, lines = self._programme, [Saying(words.RETURN_MONEY)]
        if programme.spend is not None:
            lines.append(Saying(words.RETURN_SPENT))
            grace = programme.returns.grace
            if grace.days or grace.months:
                lines.append(filled(words.RETURN_GRACE, [self._say.span(grace)]))
        if programme.points:
            lines.append(Saying(words.RETURN_EARNED[programme.returns.deficit.value]))
        if programme.returns.deficit is Deficit.ALLOW and programme.points:
            lines.append(Saying(words.RETURN_DEFICIT))
        if programme.levels is not None:
            lines.append(Saying(words.RETURN_LEVEL))
        yield Promise(EMPTY, tuple(lines))

    def law(self) -> Iterator[Promise]:
        """Goods that take no part, by law and by the programme."""
        programme, lines = self._programme, list[Saying]()
        book = BOOKS.get(programme.law, LawBook())
        by_law = {row.name: row.rule for row in sorted(book.classes, key=lambda row: row.since)}
        barred = [name for name, rule in by_law.items() if not (rule.discount or rule.earn or rule.spend)]
        if barred:
            lines.append(filled(words.BY_LAW, [self._say.place("classes", ",".join(barred))]))
        if book.floors or programme.floors:
            lines.append(Saying(words.ALCOHOL))
        for name, rule in {**by_law, **programme.classes}.items():
            said = [Saying(text) for field, text in words.CLASS.items() if not getattr(rule, field)]
            if said and name not in barred:
                lines.append(filled(words.CLASS_IS, [self._say.place("classes", name), joined(said, AND)]))
        if lines:
            yield Promise(EMPTY, tuple(lines))


def _kind(rule: Rule) -> str:
    return next((kind for effect in rule.effects if (kind := getattr(effect, "kind", ""))), "")


def _text(texts: Words) -> Saying:
    """The owner's own words; a language that they lack takes those of another."""
    if not texts:
        return EMPTY
    any_ = texts.get("und") or next(iter(texts.values()))
    return Saying({tag: bare(texts.get(tag) or any_) for tag in EMPTY.words})


def _capital(saying: Saying) -> Saying:
    """The saying with its first letter large, unless a place stands there."""
    return msgspec.structs.replace(
        saying, words={tag: text[:1].upper() + text[1:] for tag, text in saying.words.items()}
    )
