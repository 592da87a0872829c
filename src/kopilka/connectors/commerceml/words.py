"""What the exchange says to the person in front of 1C."""

from kopilka.connectors.kit.manifest import Text

WORDS = {
    "wrong_key": Text(
        "Неверный логин или пароль подключения Копилки.", "Wrong user or password of the connection."
    ),
    "wrong_address": Text(
        "Этот пароль — другого подключения: проверьте адрес сайта.",
        "This password is another connection's: check the address.",
    ),
    "session_over": Text(
        "Сеанс обмена не начат или истёк. Начните обмен заново.",
        "The exchange has not begun or is over. Begin it anew.",
    ),
    "wrong_source": Text(
        "Ошибка проверки источника запроса: sessid не от этого сеанса.",
        "The request's sessid is not this session's.",
    ),
    "unknown_mode": Text("Неизвестная команда: {name}.", "Unknown command: {name}."),
    "unknown_type": Text("Неизвестный тип обмена: {name}.", "Unknown type of exchange: {name}."),
    "bad_name": Text(
        "Не указано или недопустимо имя файла (filename).", "The file's name is missing or not allowed."
    ),
    "no_content": Text("Файл пуст: тело запроса не пришло.", "The file is empty: the request has no body."),
    "too_large": Text("Файл слишком большой.", "The file is too large."),
    "no_file": Text(
        "Файл {name} не загружен в этом сеансе.", "The file {name} was not uploaded in this session."
    ),
    "bad_zip": Text("Архив повреждён или не является zip.", "The archive is damaged or no zip."),
    "empty": Text("Файл {name} пуст.", "The file {name} is empty."),
    "broken": Text(
        "Файл {name} — не XML: строка {line}, элемент {element}: {detail}",
        "The file {name} is no XML: line {line}, element {element}: {detail}",
    ),
    "doctype": Text(
        "Файл {name}, строка {line}: DOCTYPE и сущности не принимаются.",
        "The file {name}, line {line}: DOCTYPE and entities are not accepted.",
    ),
    "not_commerceml": Text(
        "Файл {name} — не CommerceML: корневой элемент {element}.",
        "The file {name} is no CommerceML: its root is {element}.",
    ),
    "unavailable": Text(
        "Копилка временно недоступна, повторите обмен позже.",
        "Kopilka is not available now, exchange again later.",
    ),
    "failed": Text(
        "Ошибка на стороне Копилки; она записана. Повторите обмен позже.",
        "A mistake of Kopilka's; it is logged. Exchange again later.",
    ),
    "no_shop": Text("Подключению не указан магазин.", "The connection has no shop."),
    "progress": Text("Файл {name}: обработано {done}.", "The file {name}: {done} done."),
    "done": Text(
        "Файл {name}: товаров {goods}, предложений {offers}, контрагентов {parties}, документов {papers}.",
        "The file {name}: {goods} goods, {offers} offers, {parties} counterparties, {papers} documents.",
    ),
    "skipped": Text("Файл {name} не нужен Копилке.", "Kopilka does not need the file {name}."),
    "note": Text("{what} {id}: {why}", "{what} {id}: {why}"),
    "more_notes": Text("…и ещё замечаний: {count}.", "…and {count} more notes."),
    "goods_progress": Text("Выгружено товаров: {done}.", "Goods handed out: {done}."),
}
WHY = {
    "older": Text("уже есть более новые сведения", "something newer is known already"),
    "not_a_sale": Text("операция не о продаже покупателю", "the operation is no sale to a buyer"),
    "card_blocked": Text(
        "карта заблокирована, продажа учтена без участника", "the card is blocked, booked as a guest's"
    ),
    "member_blocked": Text(
        "участник заблокирован, продажа учтена без участника", "the member is blocked, booked as a guest's"
    ),
    "other_currency": Text("валюта не та, что в программе", "not the programme's currency"),
    "foreign_prices": Text("цены в другой валюте пропущены", "prices in another currency are left out"),
    "unknown_shop": Text("магазин неизвестен", "the shop is unknown"),
    "other_shop": Text("чек другого магазина", "a receipt of another shop"),
    "in_the_future": Text("дата документа в будущем", "the document's date lies in the future"),
    "too_many_lines": Text("больше 1000 строк", "more than 1,000 lines"),
    "no_lines": Text("нет строк товаров", "no lines of goods"),
    "no_date": Text("нет даты документа", "the document has no date"),
    "no_base": Text("не указано, какой заказ возвращают", "it is not said which order comes back"),
    "waits_for_base": Text(
        "заказ ещё не пришёл, возврат ждёт его", "the order has not come yet, the return waits"
    ),
    "more_than_bought": Text(
        "возвращают больше, чем осталось: учтено то, что было",
        "more than is left comes back: what was there is booked",
    ),
    "return_withdrawn": Text(
        "возврат отменён в 1С после учёта: верните баллы вручную",
        "the return was withdrawn after it was booked",
    ),
    "identifier_taken": Text(
        "телефон, почта или карта уже у другого участника", "the phone, e-mail or card is another's"
    ),
    "bad_identifier": Text(
        "телефон, почта или карта не читаются", "the phone, e-mail or card cannot be read"
    ),
    "member_erased": Text("участник удалён по его просьбе", "the member was erased"),
    "unknown_programme": Text("программа не найдена", "the programme is unknown"),
    "parked": Text(
        "покупатель ещё не участник, покупка ждёт его", "the buyer is no member yet, the purchase waits"
    ),
}
WHAT = {
    "paper": Text("Документ", "Document"),
    "party": Text("Контрагент", "Counterparty"),
    "good": Text("Товар", "Goods"),
    "offer": Text("Предложение", "Offer"),
}


def said(code: str, language: str, **values: object) -> str:
    """The sentence of a code."""
    return WORDS[code].of(language).format(**values)


def why(code: str, language: str) -> str:
    """The reason of a code; the code itself where it has no words here."""
    return WHY[code].of(language) if code in WHY else code
