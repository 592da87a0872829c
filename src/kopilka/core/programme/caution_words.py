"""The words of cautions about hard terms, sums that grow too large, and what purchases so far say against a programme."""

from collections.abc import Mapping
from typing import Final

ONEROUS: Final[Mapping[str, tuple[str, str]]] = {
    "promo_trap": (
        "Постоянная скидка всем и на всё приучает ждать скидок и не возвращает покупателя.",
        "A standing discount for everybody on everything teaches people to wait for discounts and brings nobody back.",
    ),
    "burning_soon": (
        "Баллы сгорают быстрее чем за {most:count|день|дня|дней}: сгорание отталкивает, предупреждайте о нём заранее.",
        "Points burn in less than {most:count|day|days}: burning repels, so warn of it in time.",
    ),
    "split_terms": (
        "Условия в разных каналах разные: покупатель ждёт, что на сайте и в магазине они одинаковы.",
        "Terms differ between channels: a customer expects the site and the shop to be the same.",
    ),
    "hard_terms": (
        "Условий {given:count}: непонятные условия отталкивают большинство покупателей.",
        "There are {given:count} conditions: terms that are hard to grasp turn most customers away.",
    ),
    "zero_receipt": (
        "Баллами можно оплатить всё: касса должна уметь пробить чек на ноль. Если не умеет, скажите keep: 0.01.",
        "Points may pay everything: the till must be able to print a receipt of nothing. Where it cannot, say keep: 0.01.",
    ),
    "many_steps": (
        "Ступеней {given:count}: столько никто не запомнит, трёх-четырёх достаточно.",
        "There are {given:count} steps: nobody remembers so many, three or four will do.",
    ),
    "except_except": (
        "Исключение из исключения: покупатель не поймёт, на что действует правило.",
        "An exception of an exception: a customer will not see what the rule works on.",
    ),
    "daily_purchases": (
        "Уровень «{value:text}» требует больше покупки в день: в этом сроке {days:count|день|дня|дней}.",
        "Level “{value:text}” asks for more than a purchase a day: there are {days:count|day|days} in its window.",
    ),
    "points_never_earned": (
        "До уровня «{value:text}» не дойти: этих баллов не даёт ни одно правило.",
        "Level “{value:text}” cannot be reached: no rule gives these points.",
    ),
}
"""Told from the document alone."""
FROM_DATA: Final[Mapping[str, tuple[str, str]]] = {
    "burns_before_return": (
        "Обычно между покупками {gap:count|день|дня|дней}, а баллы живут {life:count|день|дня|дней}: у большинства сгорят раньше, чем пригодятся.",
        "People usually come back after {gap:count|day|days}, and points live for {life:count|day|days}: most will burn before they are of use.",
    ),
    "pending_after_return": (
        "Обычно между покупками {gap:count|день|дня|дней}, а баллы ждут {pending:count|день|дня|дней}: к следующей покупке они ещё не готовы.",
        "People usually come back after {gap:count|day|days}, and points wait for {pending:count|day|days}: they are not ready for the next purchase.",
    ),
    "rare_purchases": (
        "Обычно между покупками {gap:count|день|дня|дней}: при таких редких покупках баллы не удерживают, лучше скидка или подарок сразу.",
        "People usually come back after {gap:count|day|days}: where purchases are so rare points keep nobody, a discount or a gift at once does better.",
    ),
}
"""Told from the receipts of the house."""
