"""Texts to the cashier and on the slip, and the numbers that errors have."""

from typing import Final

from kopilka.connectors.kit.fields import BAD_MOMENT, BAD_NUMBER, BAD_SHAPE, BAD_TEXT, REQUIRED, TOO_LONG
from kopilka.connectors.kit.manifest import Text

MUST_CONFIRM: Final = 28001
"""The protocol's own: the till asks for a code and comes again."""
CODES: Final = {
    "bad_body": 1000, REQUIRED: 1001, BAD_TEXT: 1002, BAD_NUMBER: 1003, BAD_MOMENT: 1004, BAD_SHAPE: 1005,
    TOO_LONG: 1006, "too_many_lines": 1007, "unknown_shop": 2001, "unknown_member": 2002, "member_blocked": 2003,
    "card_blocked": 2004, "identifier_taken": 2005, "too_many_codes_sent": 2006, "no_phone": 2007, "no_programme": 2008,
    "bad_identifier": 2009, "receipt_exists": 3001, "unknown_gift_card": 4001, "wrong_key": 9001, "unknown_path": 9002,
    "method": 9003, "unavailable": 9503, "failed": 9500,
}  # fmt: skip
OTHER_CODE: Final = 3000
"""Refusals of the programme that have no number of their own."""
TEXTS: Final = {
    "bad_body": Text("Запрос не читается: это не JSON", "The request is no JSON"),
    REQUIRED: Text("Поле {field} обязательно", "The field {field} is required"),
    BAD_TEXT: Text("Поле {field}: это не текст", "The field {field} is no text"),
    BAD_NUMBER: Text("Поле {field}: это не подходящее число", "The field {field} is no fitting number"),
    BAD_MOMENT: Text("Поле {field}: время пишется как 2026-03-01 12:00:00", "The field {field}: a moment is written as 2026-03-01 12:00:00"),
    BAD_SHAPE: Text("Поле {field} другого вида", "The field {field} has another shape"),
    TOO_LONG: Text("Поле {field} слишком длинное", "The field {field} is too long"),
    "too_many_lines": Text("В чеке больше {most} позиций", "The receipt has more than {most} positions"),
    "unknown_shop": Text("Эта точка продаж не подключена к программе лояльности", "This point of sale is not connected to the loyalty programme"),
    "unknown_member": Text("Покупатель не найден в программе лояльности", "The buyer is not a member"),
    "member_blocked": Text("Участие покупателя приостановлено", "This membership is blocked"),
    "identifier_taken": Text("Этот телефон, карта или почта уже у другого участника", "Another member has this phone, card or e-mail"),
    "too_many_codes_sent": Text("Слишком много кодов на этот номер. Повторите через {minutes} мин", "Too many codes to this number. Try again in {minutes} min"),
    "no_phone": Text("Не указан телефон, на который отправить код", "There is no phone to send the code to"),
    "no_programme": Text("У точки продаж нет программы лояльности", "This point of sale has no loyalty programme"),
    "bad_identifier": Text("Поле {field}: проверьте цифры", "The field {field}: check the digits"),
    "must_confirm": Text("Подтвердите регистрацию кодом из SMS", "Confirm joining with the code from the SMS"),
    "receipt_exists": Text("Продажа с этим номером уже записана с другим составом", "This sale is booked with other goods already"),
    "unknown_gift_card": Text("Подарочный сертификат не найден", "There is no such gift card"),
    "wrong_key": Text("Неверный ключ доступа", "Wrong key"),
    "unknown_path": Text("Такого адреса нет", "There is no such address"),
    "method": Text("Этот адрес так не вызывают", "This address is not called like this"),
    "unavailable": Text("Сервис лояльности временно недоступен", "The loyalty service is away for a moment"),
    "failed": Text("Ошибка сервиса лояльности", "The loyalty service has failed"),
}  # fmt: skip
ERROR: Final = Text("Ошибка программы лояльности", "Loyalty error")
CODE_SENT: Final = Text(
    "Код отправлен покупателю на номер {phone}", "The code was sent to the buyer's {phone}"
)
CODE_JOINS: Final = Text("Код для участия в программе: {code}", "Your code for joining: {code}")
CODE_SPENDS: Final = Text(
    "Код для списания бонусов: {code}. Назовите его кассиру",
    "Your code for spending bonuses: {code}. Tell it to the cashier",
)
SPENT: Final = Text("Списано {points}", "{points} spent")
EARNED: Final = Text("Начислено {points}", "{points} earned")
GIFT: Final = Text("Подарок: {title}", "Gift: {title}")
NAMELESS: Final = Text("Участник", "Member")
