"""The words of a difference between what was expected and what came out."""

from kopilka.core.rules.reason import reason_kind

AS_EXPECTED = reason_kind("expected_same", ru="Вышло столько, сколько ждали", en="It came out as expected")
POINTS_EXPLAINED = reason_kind(
    "expected_points",
    ru="Ждали {expected:points}, начислено {actual:points}. Разница отсюда:",
    en="{expected:points} were expected, {actual:points} earned. The difference comes from this:",
)
MONEY_EXPLAINED = reason_kind(
    "expected_money",
    ru="Ждали {expected:money}, вышло {actual:money}. Разница отсюда:",
    en="{expected:money} was expected, it is {actual:money}. The difference comes from this:",
)
POINTS_UNKNOWN = reason_kind(
    "expected_points_unknown",
    ru="Ждали {expected:points}, начислено {actual:points}. Чем объяснить разницу, в чеке не видно; вот как считали:",
    en="{expected:points} were expected, {actual:points} earned. Nothing on the receipt explains it; it was counted so:",
)
MONEY_UNKNOWN = reason_kind(
    "expected_money_unknown",
    ru="Ждали {expected:money}, вышло {actual:money}. Чем объяснить разницу, в чеке не видно; вот как считали:",
    en="{expected:money} was expected, it is {actual:money}. Nothing on the receipt explains it; it was counted so:",
)
OTHERWISE = reason_kind("expected_or", ru="То же число дало бы и это:", en="This would give the same number:")
INSTEAD = reason_kind("expected_instead", ru="Что вышло бы иначе", en="What it would have been otherwise")
CAP = reason_kind(
    "expected_cap", ru="предел правила срезал лишнее", en="the limit of the rule cut off what was above it"
)
POINTS_PART = reason_kind(
    "expected_points_part",
    ru="{part:money} оплачено баллами: на них новые не начисляются",
    en="{part:money} was paid with points: these earn no new ones",
)
KEPT_OUT = reason_kind(
    "expected_kept_out",
    ru="{goods:text}: {class_:classes} в расчёт не идут",
    en="{goods:text}: {class_:classes} take no part",
)
OTHER_GOODS = reason_kind(
    "expected_other_goods",
    ru="{goods:text}: эти товары в правило не входят",
    en="{goods:text}: these goods are not in the rule",
)
ROUNDING = reason_kind(
    "expected_rounding",
    ru="дробная часть: {exact:quantity} округлено до {points:points}",
    en="the fraction: {exact:quantity} was rounded to {points:points}",
)
ROUNDING_LINES = reason_kind(
    "expected_rounding_lines",
    ru="каждая строка округляется отдельно",
    en="each line is rounded by itself",
)
LEVEL_WON = reason_kind(
    "expected_level_won",
    ru="уровень {level:level} достигнут этой же покупкой и действует со следующей",
    en="level {level:level} was reached by this very purchase and holds from the next one on",
)
DISCOUNT = reason_kind(
    "expected_discount",
    ru="скидка {part:money}: считается с цены после скидки",
    en="the discount of {part:money}: it is counted from the price after it",
)
DELIVERY = reason_kind(
    "expected_delivery",
    ru="доставка {part:money} в расчёт не идёт",
    en="delivery for {part:money} does not count",
)
DELIVERY_PAID = reason_kind(
    "expected_delivery_paid", ru="доставка {part:money}", en="delivery for {part:money}"
)
RIVAL = reason_kind(
    "expected_rival",
    ru="это правило уступило другому: {rule:rule}",
    en="this rule gave way to another: {rule:rule}",
)
MISSED = reason_kind("expected_missed", ru="это правило не сработало", en="this rule did not apply")
SPENT = reason_kind(
    "expected_spent",
    ru="{part:money} оплачено баллами",
    en="{part:money} was paid with points",
)
INITIAL = reason_kind(
    "expected_initial",
    ru="процент взят от цены после других скидок, а не от первой",
    en="the percent was taken of the price after other discounts, not of the first one",
)
