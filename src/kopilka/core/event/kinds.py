"""What each event means, in both languages, with its data and an example. Pages and screens are made from it."""

from collections.abc import Mapping

import msgspec

from kopilka.core import event as names


class EventKind(msgspec.Struct, frozen=True):
    """An event as it is documented: words by language, fields of its data with what each is, and an example. `within`
    names the events that it may come with: it is told in their transaction, after them.
    """

    name: str
    words: Mapping[str, str]
    fields: Mapping[str, Mapping[str, str]]
    example: Mapping[str, object]
    within: tuple[str, ...] = ()


KINDS: dict[str, EventKind] = {}
"""All events by name."""
_PROGRAMME = {"ru": "программа", "en": "the programme"}
_UNITS = {
    "ru": "по видам бонусов, в наименьших долях вида",
    "en": "by kind of points, in the kind's smallest units",
}
_KIND = {"ru": "вид бонусов", "en": "the kind of points"}
_ONE_UNITS = {"ru": "сколько, в наименьших долях вида", "en": "how many, in the kind's smallest units"}
_RULE = {"ru": "правило", "en": "the rule"}
_SERIES = {"ru": "серия купонов", "en": "the series of coupons"}
_SOURCE = {
    "ru": "откуда купон: чек, операция или партия",
    "en": "where the coupon is from: a receipt, a transaction or a batch",
}
_LEVELS = {
    "from": {"ru": "прежний уровень", "en": "the level before"},
    "to": {"ru": "новый уровень", "en": "the new level"},
}
_POINTS = {
    "points": {
        "ru": "строки: вид, количество, правило, первый и последний день (если есть)",
        "en": "rows: kind, units, rule, first and last day (where there is one)",
    }
}
_ROW = {
    "kind": "bonus",
    "units": 4500,
    "rule": "cashback",
    "active_on": "2026-03-08",
    "last_on": "2026-04-17",
}


def _kind(
    name: str,
    *,
    words: tuple[str, str],
    fields: Mapping[str, Mapping[str, str]],
    example: Mapping[str, object],
    within: tuple[str, ...] = (),
) -> None:
    KINDS[name] = EventKind(name, {"ru": words[0], "en": words[1]}, fields, example, within)


_kind(
    names.MEMBER_ENROLLED, words=("Участник вступил в программу", "A member joined a programme"),
    fields={
        "member": {"ru": "участник", "en": "the member"}, "programme": _PROGRAMME,
        "shop": {"ru": "магазин, где вступил; пусто, если не известен", "en": "the shop; empty where unknown"},
    },
    example={"member": "mem_01example", "programme": "club", "shop": "s1"},
)  # fmt: skip
_kind(
    names.MEMBER_CHANGED, words=("Изменились сведения об участнике", "Facts about a member changed"),
    fields={
        "member": {"ru": "участник", "en": "the member"},
        "fields": {"ru": "какие поля изменились; значений здесь нет", "en": "which fields changed; never their values"},
    },
    example={"member": "mem_01example", "fields": ["consents", "phone"]},
)  # fmt: skip
_kind(
    names.MEMBER_ERASED, words=("Сведения об участнике стёрты", "A member was erased"),
    fields={
        "member": {"ru": "кто это был; сотрите и у себя всё, что знаете о нём", "en": "who it was; erase what you know of them as well"},
        "points": {"ru": f"сгорело, {_UNITS['ru']}", "en": f"points burnt, {_UNITS['en']}"},
    },
    example={"member": "mem_01example", "points": {"bonus": 45000}},
)  # fmt: skip
for _name, _ru, _en in (
    (names.CONSENT_GIVEN, "Участник дал согласие", "A member gave a consent"),
    (names.CONSENT_WITHDRAWN, "Участник отозвал согласие", "A member withdrew a consent"),
):
    _kind(
        _name, words=(_ru, _en), within=(names.MEMBER_ENROLLED, names.MEMBER_CHANGED),
        fields={"consents": {"ru": "строки: цель и канал", "en": "rows: purpose and channel"}},
        example={"consents": [{"purpose": "marketing", "channel": "sms"}]},
    )  # fmt: skip
_kind(
    names.RECEIPT_HELD, words=("По чеку зарезервированы бонусы", "A receipt holds points"),
    fields={
        "lapses_at": {"ru": "до какого момента", "en": "until when"},
        "revision": {"ru": "который по счёту резерв чека", "en": "number of the hold within the receipt"},
    },
    example={"lapses_at": "2026-03-08T12:00:00+00:00", "revision": 1},
)  # fmt: skip
_kind(
    names.RECEIPT_RELEASED, words=("Резерв чека снят", "The hold of a receipt ended"), fields={}, example={}
)
_kind(
    names.RECEIPT_CLOSED, words=("Чек закрыт: покупка состоялась", "A receipt is closed: goods were bought"),
    fields={
        "programme": _PROGRAMME, "shop": {"ru": "магазин", "en": "the shop"},
        "paid_minor": {"ru": "заплачено деньгами, в наименьших долях валюты", "en": "money paid, in minor units"},
        "currency": {"ru": "валюта ISO 4217", "en": "the currency, ISO 4217"},
        "spent": {"ru": "заплачено бонусами, в наименьших долях", "en": "points paid, in smallest units"},
        "earned": {"ru": "начислено по правилам, в наименьших долях", "en": "points earned by rule, in smallest units"},
    },
    example={
        "programme": "club", "shop": "s1", "paid_minor": 90000, "currency": "RUB", "spent": 0,
        "earned": {"cashback": 4500},
    },
)  # fmt: skip
for _name, _ru, _en in (
    (names.RECEIPT_RETURNED, "По чеку был возврат", "Goods of a receipt came back"),
    (names.RECEIPT_VOIDED, "Чек отменён", "A receipt was voided"),
):
    _kind(
        _name, words=(_ru, _en),
        fields={
            "refund_minor": {"ru": "возвращено деньгами, в наименьших долях валюты", "en": "money paid back, in minor units"},
            "points_back": {"ru": f"возвращено участнику, {_UNITS['ru']}", "en": f"points given back, {_UNITS['en']}"},
            "points_taken": {"ru": f"снято с участника, {_UNITS['ru']}", "en": f"points taken back, {_UNITS['en']}"},
        },
        example={"refund_minor": 45000, "points_back": {}, "points_taken": {"bonus": 2250}},
    )  # fmt: skip
_EARNING = (names.RECEIPT_CLOSED, names.MEMBER_ENROLLED, names.ACTION_REWARDED, names.BIRTHDAY_REWARDED)
_kind(
    names.POINTS_ACCRUED, words=("Начислены бонусы, их можно тратить", "Points came that may be spent"),
    fields=_POINTS, example={"points": [_ROW]}, within=_EARNING,
)  # fmt: skip
_kind(
    names.POINTS_PENDING, words=("Начислены бонусы, которые станут активны позже", "Points came that are active later"),
    fields=_POINTS, example={"points": [{**_ROW, "active_on": "2026-03-22"}]}, within=_EARNING,
)  # fmt: skip
_kind(
    names.POINTS_SPENT, words=("Бонусами заплатили за покупку", "Points paid for a purchase"),
    fields={"units": {"ru": f"потрачено, {_UNITS['ru']}", "en": f"points spent, {_UNITS['en']}"}},
    example={"units": {"bonus": 30000}}, within=(names.RECEIPT_CLOSED,),
)  # fmt: skip
_kind(
    names.POINTS_REVERSED, words=("Начисление или трата отменены", "An accrual or spending was reversed"),
    fields={
        "taken": {"ru": f"снято, {_UNITS['ru']}", "en": f"taken back, {_UNITS['en']}"},
        "given_back": {"ru": f"возвращено, {_UNITS['ru']}", "en": f"given back, {_UNITS['en']}"},
        "missed": {"ru": f"снять не удалось, {_UNITS['ru']}", "en": f"could not be taken, {_UNITS['en']}"},
    },
    example={"taken": {"bonus": 2250}, "given_back": {}, "missed": {}},
    within=(names.RECEIPT_RETURNED, names.RECEIPT_VOIDED, names.ACTION_TAKEN_BACK),
)  # fmt: skip
_kind(
    names.POINTS_EXPIRED, words=("Бонусы сгорели", "Points expired"),
    fields={"units": {"ru": f"сгорело, {_UNITS['ru']}", "en": f"points expired, {_UNITS['en']}"}},
    example={"units": {"bonus": 1200}},
)  # fmt: skip
_kind(
    names.POINTS_ADJUSTED, words=("Бонусы начислены или списаны вручную", "Points were booked by hand"),
    fields={"kind": _KIND, "units": _ONE_UNITS},
    example={"kind": "bonus", "units": 10000},
)  # fmt: skip
_kind(
    names.POINTS_EXCHANGED, words=("Бонусы обменяны", "Points were exchanged"),
    fields={"kind": _KIND, "units": _ONE_UNITS, "gift": {"ru": "на что", "en": "for what"}},
    example={"kind": "bonus", "units": 50000, "gift": "mug"},
)  # fmt: skip
_kind(
    names.POINTS_PAID_OUT, words=("Бонусы выплачены деньгами", "Points were paid out in money"),
    fields={
        "kind": _KIND, "units": _ONE_UNITS, "currency": {"ru": "валюта ISO 4217", "en": "the currency, ISO 4217"},
        "amount_minor": {"ru": "выплачено, в наименьших долях валюты", "en": "money paid out, in minor units"},
    },
    example={"kind": "bonus", "units": 50000, "currency": "RUB", "amount_minor": 50000},
)  # fmt: skip
_kind(
    names.LEVEL_MOVED, words=("Уровень участника изменился", "A member's level changed"),
    fields={**_LEVELS, "programme": _PROGRAMME}, example={"from": "base", "to": "gold", "programme": "club"},
)  # fmt: skip
_kind(
    names.LEVEL_SET, words=("Уровень назначен вручную", "A level was set by hand"),
    fields={
        "programme": _PROGRAMME,
        "level": {"ru": "какой уровень; пусто, если назначение снято", "en": "which; empty where the setting was taken away"},
        "last_on": {"ru": "последний день или null", "en": "the last day or null"},
    },
    example={"programme": "club", "level": "gold", "last_on": "2026-12-31"},
)  # fmt: skip
_kind(
    names.LEVEL_FALLING, words=("Уровень скоро понизится", "A level will fall"),
    fields={
        "level": {"ru": "уровень сейчас", "en": "the level now"}, "to": {"ru": "какой станет", "en": "what it will be"},
        "falls_on": {"ru": "в какой день", "en": "on which day"}, "programme": _PROGRAMME,
    },
    example={"level": "gold", "to": "base", "falls_on": "2026-04-01", "programme": "club"},
)  # fmt: skip
for _name, _ru, _en in (
    (names.COUPON_ISSUED, "Участнику выдан купон", "A coupon was given to a member"),
    (names.COUPON_ACTIVATED, "Купон активирован", "A coupon was activated"),
    (names.COUPON_USED, "Купон использован", "A coupon was used"),
    (names.COUPON_CANCELLED, "Купон отозван", "A coupon was withdrawn"),
):
    _kind(
        _name, words=(_ru, _en), fields={"series": _SERIES, "source": _SOURCE},
        example={"series": "spring", "source": "rcp_01example"},
    )  # fmt: skip
_kind(
    names.PERK_GIVEN, words=("Участник получил привилегию", "A member was given a perk"),
    fields={"perk": {"ru": "привилегия", "en": "the perk"}}, example={"perk": "free-coffee"},
)  # fmt: skip
_MOVED = {"points": {"ru": f"бонусы, {_UNITS['ru']}", "en": f"points, {_UNITS['en']}"}}
for _name, _ru, _en in (
    (names.ACTION_REWARDED, "Участник получил бонусы за действие", "An action was rewarded"),
    (names.ACTION_TAKEN_BACK, "Награда за действие снята", "The reward of an action was taken back"),
):
    _kind(
        _name, words=(_ru, _en),
        fields={
            "programme": _PROGRAMME, "action": {"ru": "действие", "en": "the action"},
            "ref": {"ru": "номер действия там, где оно сделано", "en": "the action's id where it was done"}, **_MOVED,
        },
        example={"programme": "club", "action": "review", "ref": "review-17", "points": {"bonus": 5000}},
    )  # fmt: skip
_kind(
    names.BIRTHDAY_REWARDED, words=("Участник получил бонусы ко дню рождения", "A birthday was rewarded"),
    fields={"programme": _PROGRAMME, "rule": _RULE, **_MOVED},
    example={"programme": "club", "rule": "birthday", "points": {"bonus": 30000}},
)  # fmt: skip
for _name, _ru, _en in (
    (names.GIFT_REDEEMED, "Подарок выдан за бонусы", "A gift went out for points"),
    (names.GIFT_RETURNED, "Подарок вернулся", "A gift came back"),
):
    _kind(
        _name, words=(_ru, _en),
        fields={
            "programme": _PROGRAMME, "gift": {"ru": "подарок", "en": "the gift"},
            "pieces": {"ru": "штук", "en": "pieces"}, "kind": _KIND, "units": _ONE_UNITS,
            "redemption": {"ru": "номер выдачи", "en": "the redemption"},
        },
        example={
            "programme": "club", "gift": "mug", "pieces": 1, "kind": "bonus", "units": 50000,
            "redemption": "txn_01example",
        },
    )  # fmt: skip
