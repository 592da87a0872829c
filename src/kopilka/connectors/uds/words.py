"""What UDS's errors say, in both languages."""

from kopilka.usecases.manifest import Text

ERRORS: dict[str, Text] = {
    "badRequest": Text("Ошибка в запросе", "Bad request"),
    "invalidChecksum": Text("Сумма, деньги и баллы не сходятся", "Total, cash and points do not add up"),
    "withdrawNotPermitted": Text(
        "Списывать баллы можно только по коду покупателя", "Points may be spent by the customer's code only"
    ),
    "insufficientFunds": Text("Недостаточно баллов", "Insufficient points"),
    "discountLimitExceed": Text(
        "Столько баллов списать в этом чеке нельзя", "More points than may pay this bill"
    ),
    "purchaseByPhoneDisabled": Text(
        "Покупки по номеру телефона отключены", "Purchases by phone number are disabled"
    ),
    "participantIsBlocked": Text("Покупатель заблокирован", "The customer is blocked"),
    "companyIsInactive": Text("Компания не обслуживается", "The company is inactive"),
    "unauthorized": Text("Неверный ID компании или ключ API", "API key or company id are incorrect"),
    "forbidden": Text("Доступ запрещён", "Access denied"),
    "notFound": Text("Не найдено", "Not found"),
    "tooManyRequests": Text(
        "Слишком много неверных кодов, подождите минуту", "Too many wrong codes, wait a minute"
    ),
    "serviceUnavailable": Text(
        "Сервис временно недоступен, повторите запрос", "The service is unavailable, try again"
    ),
    "internalError": Text("Внутренняя ошибка", "Internal error"),
}
"""By `errorCode`."""
NOT_JSON = Text("Тело запроса — не объект JSON", "The body is not a JSON object")
REQUIRED = Text("Поле обязательно", "The field is required")
NOT_NUMBER = Text("Ожидается число", "A number is expected")
NOT_TEXT = Text("Ожидается текст", "A text is expected")
NOT_WHOLE = Text("Ожидается целое число", "A whole number is expected")
OUTSIDE = Text("Число вне пределов", "The number is out of range")
TOO_LONG = Text("Слишком длинный текст", "The text is too long")
POSITIVE = Text("Сумма должна быть больше нуля", "The amount must be more than zero")
NEGATIVE = Text("Число не может быть отрицательным", "The number must not be negative")
PARTS = Text("Части чека больше его суммы", "Parts of the bill exceed its total")
ONE_OF = Text("Укажите ровно одно: code, phone или uid", "Name exactly one of code, phone and uid")
BAD_PHONE = Text("Это не номер телефона в виде +79991234567", "This is no phone number such as +79991234567")
BAD_POINTS = Text("Столько баллов списать нельзя: не целое число баллов", "Not a whole number of points")
BAD_CURSOR = Text("Такого указателя страницы мы не выдавали", "The cursor is none of ours")
NONCE_USED = Text("Этим nonce уже записана другая покупка", "Another purchase was made with this nonce")
MORE_THAN_LEFT = Text("Возвращают больше, чем осталось", "More than is left to refund")
NOTHING_LEFT = Text("Всё уже возвращено", "Everything has been refunded already")
NOT_REFUNDABLE = Text("Эту операцию вернуть нельзя", "This operation cannot be refunded")
UNKNOWN_TAG = Text("Такой метки нет", "There is no such tag")
UNKNOWN_PARTICIPANT = Text("Такого участника нет", "There is no such participant")
TOO_MANY = Text("Слишком много сразу", "Too many at once")
CHANGED = Text("Пока шёл запрос, условия изменились: посчитайте чек снова", "Things changed: calculate again")
BASE_TIER = Text("Базовый", "Base")
SKIPPED_LINE = Text("Вне программы", "Outside the programme")
UNREDEEMABLE_LINE = Text("Без оплаты баллами", "Not payable with points")
BILL_LINE = Text("Покупка", "Purchase")
