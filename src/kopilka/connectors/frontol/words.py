"""What is said to cashiers and printed on slips that no reason of the house says already."""

from kopilka.usecases.manifest import Text

UNKNOWN_CLIENT = Text("Покупатель не найден в программе", "The customer is not in the programme")
CARD_BLOCKED = Text(
    "Карта заблокирована: найдите покупателя по телефону", "This card is blocked: find the customer by phone"
)
MEMBER_BLOCKED = Text("Участие покупателя приостановлено", "This membership is suspended")
NO_CLIENT = Text(
    "Покупатель не назван: бонусами платить некому", "No customer is named, so nobody can pay with points"
)
UNREADABLE = Text("Документ не прочитан: {what}", "The document cannot be read: {what}")
BAD_FIELD = Text("Неверное поле {field}: {what}", "Wrong field {field}: {what}")
UNKNOWN_ACTION = Text("Неизвестное действие: {what}", "Unknown action: {what}")
UNKNOWN_SHOP = Text(
    "Магазин «{what}» не найден: проверьте код подразделения в кассе и соединение в Kopilka",
    "There is no shop “{what}”: check the business unit of the till and the connection in Kopilka",
)
NO_PROGRAMME = Text("В магазине нет программы лояльности", "This shop has no loyalty programme")
NO_ADDRESS = Text("Такого адреса нет", "There is no such address")
NO_KEY = Text("Нет подписи запроса", "The call is not signed")
WRONG_KEY = Text(
    "Неверная подпись: проверьте ключ доступа в кассе", "Wrong signature: check the access key of the till"
)
AWAY = Text(
    "Сервер лояльности недоступен, продавайте без него", "The loyalty server is away, sell without it"
)
FAILED = Text(
    "Ошибка сервера лояльности, продавайте без него", "The loyalty server has failed, sell without it"
)
NO_POSITIONS = Text("В документе нет товаров", "The document has no goods")
NO_SPENDING = Text("Бонусами здесь не платят", "Points do not pay here")
STEP = Text(
    "Бонусами нельзя оплатить ровно {asked}: ближайшая сумма {near}",
    "Points cannot pay exactly {asked}: the nearest sum is {near}",
)
CODE_NEEDED = Text(
    "Для оплаты бонусами нужен код из СМС: он отправлен покупателю",
    "To pay with points the code from the SMS is needed",
)
WRONG_CODE = Text("Неверный код из СМС", "Wrong code from the SMS")
CODE_OVER = Text(
    "Код из СМС больше не действует: рассчитайте чек заново",
    "The SMS code is over: calculate the receipt again",
)
NO_PHONE = Text(
    "У покупателя нет телефона: код отправить некуда", "The customer has no phone to send a code to"
)
CODE_SENT = Text("Код отправлен на телефон ··{end}", "A code was sent to the phone ··{end}")
CODE_SMS = Text(
    "{code} — код для оплаты бонусами. Назовите его кассиру.",
    "{code} is your code to pay with points. Tell it to the cashier.",
)
ENROL_SMS = Text(
    "{code} — код для вступления в программу. Назовите его кассиру.",
    "{code} is your code to join. Tell it to the cashier.",
)
CODE_NOT_USED = Text("{code}: {why}", "{code}: {why}")
SALE_UNKNOWN = Text(
    "Продажа не найдена: возврат записан, бонусы будут пересчитаны, когда она придёт или вручную",
    "The sale is unknown: the refund is recorded; points will follow when the sale comes, or by hand",
)
NOTHING_LEFT = Text("По этой продаже всё уже возвращено", "Everything of this sale has been returned already")
OTHER_CONTENT = Text(
    "Чек с этим номером уже учтён с другим составом", "A receipt with this id was recorded with other goods"
)
ALREADY_CLOSED = Text(
    "Чек уже закрыт: бонусы вернёт возврат", "The receipt is closed already: a refund gives points back"
)
VOIDED = Text("Этот чек отменён", "This receipt was voided")

MEMBER = Text("Участник", "Member")
AVAILABLE = Text("Доступно {kind}", "{kind} available")
TO_EARN = Text("Будет начислено", "Will be earned")
EARNED = Text("Начислено", "Earned")
SPENT = Text("Списано", "Spent")
BALANCE = Text("Баланс", "Balance")
GIVEN_BACK = Text("Возвращено на счёт", "Given back")
TAKEN_BACK = Text("Списано за возврат", "Taken back")
DISCOUNT = Text("Скидка", "Discount")
LEVEL = Text("Уровень", "Level")
BURNS = Text("Сгорит после {day}", "Expires after {day}")
COUPON = Text("Купон: {title}", "Coupon: {title}")
PAYS = Text("Оплачено бонусами", "Paid with points")
RELEASED = Text("Оплата бонусами отменена", "The payment with points is cancelled")

FORM_ENROL = Text("Новый участник", "New member")
FORM_MEMBER = Text("Участник программы", "Member of the programme")
FORM_PHONE = Text("Мобильный телефон", "Mobile phone")
FORM_NAME = Text("Имя и фамилия", "Name")
FORM_BIRTHDAY = Text("День рождения, ДД.ММ.ГГГГ", "Birthday, DD.MM.YYYY")
FORM_CARD = Text("Номер карты, если выдана", "Card number, if one is given")
FORM_CONSENT = Text("Согласие на обработку персональных данных", "Consent to the processing of personal data")
FORM_RECEIPTS = Text("Электронный чек вместо бумажного", "Electronic receipts")
FORM_MESSAGES = Text("Сообщения об акциях", "Messages about offers")
YES = Text("Да", "Yes")
NO = Text("Нет", "No")
JOINED = Text("{name} теперь в программе", "{name} has joined")
KNOWN_ALREADY = Text("Покупатель уже в программе", "The customer is in the programme already")
CARD_BOUND = Text("Карта {card} привязана", "Card {card} is bound")
CARD_TAKEN = Text("Карта {card} принадлежит другому участнику", "Card {card} belongs to another member")
CONSENT_NEEDED = Text(
    "Без согласия на обработку данных вступить нельзя", "Nobody can join without the consent"
)
BAD_PHONE = Text("Это не номер мобильного телефона", "This is not a mobile phone number")
BAD_CARD = Text("Это не номер карты", "This is not a card number")
BAD_BIRTHDAY = Text("День рождения пишется так: 31.12.1990", "Write the birthday as 31.12.1990")
SEND_FIRST = Text(
    "Сначала отправьте покупателю код и проверьте его", "Send the customer a code first and check it"
)
DONE = Text("Готово", "Done")

EXPECTED = {
    "at most 1000 positions": "не больше 1000 позиций",
    "an index of its own from 1 on": "нужен свой номер строки от 1",
    "a quantity above zero": "количество больше нуля",
    "an amount that is not negative": "сумма не меньше нуля",
    "a price that is not negative": "цена не меньше нуля",
    "the payment with its amount": "нужна оплата с её суммой",
    "an amount above zero": "сумма больше нуля",
    "a moment such as 2026-05-01T10:00:00.000000+0300": "момент вида 2026-05-01T10:00:00.000000+0300",
    "a moment of our time": "момент наших дней",
    "the id of a document": "нужен номер документа",
    "a decimal number": "нужно число",
}
"""What was expected of a field, in Russian."""
