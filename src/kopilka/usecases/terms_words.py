"""The sentences of public terms, in every language. `{0}`, `{1}` are parts that the document fills."""

from collections.abc import Mapping
from typing import Final

from kopilka.core.programme.fields import Words


def _said(ru: str, en: str) -> Words:
    return {"ru": ru, "en": en}


GETS: Final = _said("Что вы получаете", "What you get")
LEVELS: Final = _said("Уровни", "Levels")
POINTS: Final = _said("Как живут баллы", "How points live")
SPENDING: Final = _said("Как платить баллами", "How points pay")
COUPONS: Final = _said("Купоны и промокоды", "Coupons and promo codes")
GIFTS: Final = _said("Подарки и привилегии", "Gifts and perks")
LIMITS: Final = _said("Как сочетаются предложения", "How offers combine")
RETURNS: Final = _said("Если вы вернёте покупку", "If you return a purchase")
LAW: Final = _said("Исключения", "Exclusions")

ON: Final[Mapping[str, Words]] = {
    "enrolment": _said("Один раз, при вступлении в программу", "Once, on joining the programme"),
    "action": _said("За действие, без покупки", "For an action, without a purchase"),
    "birthday": _said("В день рождения", "On your birthday"),
}
ON_AHEAD: Final = _said("За {0} до дня рождения", "{0} before your birthday")
ALSO: Final = _said("; и ещё: ", "; and also: ")
WHEN: Final = _said("Условия: {0}", "Terms: {0}")
GOODS: Final = _said("Товары: {0}", "Goods: {0}")
COST: Final = _said("Спишется: {0}", "It costs {0}")
CAP_LINE: Final = _said("Не больше {0} цены товара", "At most {0} of an item's price")
CAP_RECEIPT: Final = _said("Не больше {0} за чек", "At most {0} a receipt")
CAP_MEMBER: Final = _said("Не больше {0} {1} одному участнику", "At most {0} {1} for one member")
TIMES: Final = _said("{{{0}:count|раза|раз|раз}}", "{{{0}:count|time|times}}")
WHILE_STOCKS: Final = _said("Количество ограничено", "While stocks last")

FROM_THE_START: Final = _said("С первого дня", "From the first day")
LEVEL_FROM: Final[Mapping[str, Words]] = {
    "spend": _said("Когда куплено на {0}", "Once you have bought for {0}"),
    "receipts": _said("Когда сделано {0}", "Once you have made {0}"),
    "points": _said("Когда получено {0}", "Once you have earned {0}"),
    "ltv": _said("Когда ожидаемая сумма покупок достигает {0}", "Once your expected purchases reach {0}"),
    "tenure": _said("Когда в программе уже {0}", "Once you have been a member for {0}"),
}
PURCHASES: Final = _said("{{{0}:count|покупка|покупки|покупок}}", "{{{0}:count|purchase|purchases}}")
DAYS: Final = _said("{{{0}:count|день|дня|дней}}", "{{{0}:count|day|days}}")
OVER_SPAN: Final = _said("В счёт идут покупки за {0}", "Purchases of the last {0} count")
OVER: Final[Mapping[str, Words]] = {
    "ever": _said("В счёт идут все покупки", "All purchases count"),
    "calendar_year": _said("В счёт идут покупки этого года", "Purchases of this calendar year count"),
    "calendar_quarter": _said(
        "В счёт идут покупки этого квартала", "Purchases of this calendar quarter count"
    ),
    "calendar_month": _said("В счёт идут покупки этого месяца", "Purchases of this calendar month count"),
}
NEXT_RECEIPT: Final = _said(
    "Новый уровень действует со следующей покупки", "A new level works from the next purchase on"
)
DOWN: Final[Mapping[str, Words]] = {
    "at_once": _said(
        "Если покупок за этот срок становится меньше, уровень снижается",
        "Where purchases of that time fall short, the level falls",
    ),
    "period_end": _said(
        "Достигнутый уровень держится до конца следующего периода",
        "A level once reached holds through the end of the next period",
    ),
    "never": _said("Достигнутый уровень не снижается", "A level once reached never falls"),
}
GRACE_LEVEL: Final = _said("Перед снижением даём ещё {0}", "Before it falls you have another {0}")
ONE_STEP: Final = _said("За один раз — не ниже чем на одну ступень", "It falls by one step at a time")
WARN: Final = _said("Предупредим за {0}", "We warn you {0} ahead")

WORTH: Final = _said("{0} = {1}", "{0} = {1}")
WORTHLESS: Final = _said("В деньги не переводятся", "They are not worth money")
AT_ONCE: Final = _said("Тратить можно сразу", "They can be spent at once")
PENDING: Final = _said("Тратить можно через {0} после покупки", "They can be spent {0} after the purchase")
FOR_EVER: Final = _said("Не сгорают", "They never expire")
LIFE: Final = _said("Сгорают через {0}", "They expire after {0}")
LIFE_AFTER: Final = _said("Сгорают через {0} после этого", "They expire {0} after that")
OLDEST_FIRST: Final = _said(
    "Первыми тратятся те, что раньше сгорят", "Those that expire first are spent first"
)
ROUND: Final[Mapping[str, Words]] = {
    "down": _said(
        "Начисляются целыми, дробная часть отбрасывается", "Whole ones only, a fraction is dropped"
    ),
    "up": _said(
        "Начисляются целыми, дробная часть округляется вверх", "Whole ones only, a fraction counts whole"
    ),
    "half_up": _said(
        "Начисляются целыми, с округлением до ближайшего", "Whole ones only, rounded to the nearest"
    ),
    "half_even": _said(
        "Начисляются целыми, с округлением до ближайшего", "Whole ones only, rounded to the nearest"
    ),
}
DECIMALS: Final = _said("Считаются с точностью до {0} после запятой", "Counted to {0} after the point")
DIGITS: Final = _said("{{{0}:count|знака|знаков|знаков}}", "{{{0}:count|digit|digits}}")
PAYOUT: Final = _said("Их можно получить деньгами", "They can be paid out in money")
UP_TO: Final = _said("Баллами можно оплатить не больше {0} покупки", "Points pay at most {0} of a purchase")
UP_TO_IN: Final = _said("{0}: не больше {1}", "{0}: at most {1}")
SPEND_GOODS: Final = _said("Только за товары {0}", "Only for goods {0}")
STEP: Final = _said("Кратно {0}", "In steps of {0}")
LEAST: Final = _said("От {0}", "From {0} on")
KEEP: Final = _said("Каждая штука стоит хотя бы {0}", "Each piece still costs {0} at least")
DELIVERY_TOO: Final = _said("Доставку тоже можно оплатить", "Delivery can be paid with them too")
NOT_DELIVERY: Final = _said("Доставку оплатить нельзя", "Delivery cannot be paid with them")

PUBLIC_CODE: Final = _said("Промокод {0}", "Promo code {0}")
AUTO: Final = _said("Применяется сам, код называть не нужно", "It applies by itself, no code to show")
SHOW_CODE: Final = _said(
    "Назовите код на кассе или введите на сайте", "Tell the code at the till or type it on the site"
)
ACTIVATION: Final = _said("Сначала его нужно активировать", "It has to be activated first")
PER_MEMBER: Final = _said("Одному участнику — не больше {0}", "At most {0} for one member")
ONCE: Final = _said("Действует один раз", "It works once")
FROM_DAY: Final = _said("Действует с {0}", "It works from {0}")
UNTIL_DAY: Final = _said("Действует по {0} включительно", "It works through {0}")
COUPON_LIFE: Final = _said("Действует {0} с выдачи", "It works for {0} after it was given")
GIFT_COST: Final = _said("Стоит {0}", "It costs {0}")
PERK: Final = _said("Привилегия участника", "A perk of members")

CHOOSE: Final[Mapping[str, Words]] = {
    "best": _said(
        "Если подходит несколько скидок, действует та, что выгоднее вам",
        "Where several discounts fit, the one that is best for you applies",
    ),
    "priority": _said(
        "Если подходит несколько скидок, действует одна, по порядку программы",
        "Where several discounts fit, one applies, in the programme's order",
    ),
    "all": _said("Скидки складываются", "Discounts add up"),
}
COUPON_TOO: Final = _said(
    "Скидка по купону добавляется к остальным", "A discount by coupon comes on top of others"
)
ALL_CAP: Final = _said(
    "Все скидки вместе — не больше {0} цены", "All discounts together are at most {0} of the price"
)
ALL_CAP_POINTS: Final = _said(
    "Все скидки вместе с баллами — не больше {0} цены",
    "All discounts together with points are at most {0} of the price",
)
RETURN_MONEY: Final = _said(
    "Деньги возвращаются за то, что возвращено", "Money comes back for what is returned"
)
RETURN_SPENT: Final = _said(
    "Потраченные баллы возвращаются на счёт с прежним сроком",
    "Points that paid come back with their own dates",
)
RETURN_GRACE: Final = _said(
    "Сгоревшим за это время даём ещё {0}", "Those that expired meanwhile get another {0}"
)
RETURN_EARNED: Final[Mapping[str, Words]] = {
    "allow": _said(
        "Начисленные за возвращённое баллы снимаются", "Points earned on what is returned are taken back"
    ),
    "balance": _said(
        "Начисленные за возвращённое баллы снимаются, но не больше, чем есть на счёте",
        "Points earned on what is returned are taken back, as far as the balance goes",
    ),
    "pending": _said(
        "Начисленные за возвращённое баллы снимаются, пока они не активны",
        "Points earned on what is returned are taken back while they are pending",
    ),
}
RETURN_DEFICIT: Final = _said(
    "Если они уже потрачены, недостачу закроют следующие начисления",
    "If they are spent already, what you earn next makes up for it",
)
RETURN_LEVEL: Final = _said(
    "Возвращённая покупка не идёт в счёт уровня", "A returned purchase does not count to a level"
)

BY_LAW: Final = _said(
    "По закону не участвуют: {0}. На них нет скидок, баллы за них не начисляются и их не оплачивают",
    "By law these take no part: {0}. There are no discounts on them, and points are neither earned on nor pay for them",
)
ALCOHOL: Final = _said(
    "Алкоголь не продаётся дешевле минимальной цены, установленной законом",
    "Alcohol is never sold below the least price that the law sets",
)
CLASS_IS: Final = _said("{0}: {1}", "{0}: {1}")
CLASS: Final[Mapping[str, Words]] = {
    "discount": _said("без скидок", "no discounts"),
    "earn": _said("баллы не начисляются", "no points are earned"),
    "spend": _said("баллами не оплачивается", "points do not pay"),
    "count": _said("в счёт уровней и порогов не идёт", "not counted to levels and thresholds"),
    "gift": _said("в подарок не выдаётся", "never given as a gift"),
}
