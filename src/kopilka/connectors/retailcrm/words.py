"""What buyers and sites read when something is refused, and the text of an SMS."""

from collections.abc import Mapping

from kopilka.connectors.kit.manifest import Text
from kopilka.usecases.outcomes import Refused

TEXTS: Mapping[str, Text] = {
    "not_enough_points": Text("Недостаточно бонусов на счёте", "Not enough bonuses in the account"),
    "nothing_to_adjust": Text("Сумма должна быть больше нуля", "The amount must be greater than zero"),
    "member_blocked": Text("Участие в программе отключено", "The membership is blocked"),
    "card_blocked": Text("Карта заблокирована", "The card is blocked"),
    "unknown_member": Text("Участник не найден", "There is no such member"),
    "unknown_points": Text("В программе нет бонусов", "The programme has no bonuses"),
    "unknown_level": Text("Такого уровня нет в программе", "The programme has no such level"),
    "in_the_past": Text("Этот день уже прошёл", "This day has passed already"),
    "identifier_taken": Text("Уже принадлежит другому участнику", "Belongs to another member already"),
    "card_replaced": Text("Эта карта заменена другой", "This card was replaced by another one"),
    "wrong_code": Text("Неверный код", "Wrong code"),
    "code_expired": Text("Срок действия кода истёк", "The code has expired"),
    "too_many_wrong_codes": Text(
        "Слишком много неверных кодов, запросите новый", "Too many wrong codes, ask for a new one"
    ),
    "too_many_codes_sent": Text(
        "Слишком много кодов за короткое время, попробуйте через 10 минут",
        "Too many codes in a short time, try again in 10 minutes",
    ),
    "no_account": Text("Покупатель не участвует в программе", "The customer is not in the loyalty program"),
    "not_confirmed": Text("Участие ещё не подтверждено", "The membership is not confirmed yet"),
    "bad_phone": Text("Это не похоже на номер телефона", "This does not look like a phone number"),
    "bad_card": Text("Это не похоже на номер карты", "This does not look like a card number"),
    "phone_needed": Text("Укажите номер телефона", "A phone number is needed"),
    "phone_taken": Text(
        "Этот телефон уже участвует в программе у другого покупателя",
        "Another customer takes part in the program with this phone already",
    ),
    "unknown_customer": Text("Такого покупателя нет", "There is no such customer"),
    "customer_exists": Text(
        "Покупатель с таким externalId уже есть", "There is a customer with this externalId already"
    ),
    "negative": Text("Значение должно быть больше нуля", "The value must be greater than zero"),
    "days_crossed": Text(
        "Бонусы сгорают раньше, чем начинают действовать", "The bonuses would burn before they become active"
    ),
    "level_kept": Text(
        "Участник уже достиг более высокого уровня покупками; уровень вступит в силу, когда тот закончится",
        "Purchases have reached a higher level; this one holds when that ends",
    ),
    "sms": Text("Код подтверждения: {code}", "Your confirmation code: {code}"),
    "too_many": Text("Слишком много записей в одном запросе", "Too many rows in one call"),
}
JOINED = "The customer is in this loyalty program already"
"""Modules compare this text."""


def text(code: str, *, russian: bool) -> str:
    """A text by its code; a code without words is told as it is."""
    found = TEXTS.get(code)
    return code if found is None else found.of("ru" if russian else "en")


def refusal(refused: Refused, *, russian: bool) -> str:
    """The words of a refusal."""
    return text(refused.code, russian=russian)
