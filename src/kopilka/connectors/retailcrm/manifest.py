"""What the RetailCRM connector says of itself."""

from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Setting, Text, Verified, Way

ID = "retailcrm"
RATE = Setting(
    "rate",
    Text("Запросов в секунду", "Requests per second"),
    Text(
        "Сколько запросов в секунду принимать с этим ключом; лишние получают ответ 503. 0: без ограничения.",
        "How many requests per second this key may make; the others are answered with 503. 0: no limit.",
    ),
    usual="10",
)
CONFIRM_REGISTRATION = Setting(
    "confirm_registration",
    Text("Подтверждать телефон кодом при вступлении", "Confirm the phone by a code on joining"),
    Text(
        "yes: участие начинает действовать, когда покупатель ввёл код из SMS. no: сразу.",
        "yes: the membership works once the buyer has entered the code from an SMS. no: at once.",
    ),
    usual="no",
    choices=("no", "yes"),
)
CONFIRM_CHARGE = Setting(
    "confirm_charge",
    Text("Подтверждать списание кодом", "Confirm spending by a code"),
    Text(
        "yes: бонусы списываются, когда покупатель ввёл код из SMS; до этого они зарезервированы.",
        "yes: bonuses are spent once the buyer has entered the code from an SMS; until then they are reserved.",
    ),
    usual="no",
    choices=("no", "yes"),
)
LANGUAGE = Setting(
    "language",
    Text("Язык ответов", "Language of answers"),
    Text("На каком языке говорить с покупателями.", "In which language to speak with buyers."),
    usual="ru",
    choices=("ru", "en"),
)
HOLD_DAYS = Setting(
    "hold_days",
    Text("Сколько дней держать бонусы за заказом", "Days for which an order keeps its bonuses"),
    Text(
        "Если за это время заказ не выполнен и не изменён, зарезервированные бонусы возвращаются покупателю.",
        "Where an order is neither completed nor changed within this time, its reserved bonuses go back to the buyer.",
    ),
    usual="14",
)
COMPLETED = Setting(
    "completed_statuses",
    Text("Статусы выполненного заказа", "Statuses of a completed order"),
    Text(
        "Коды статусов через запятую: с ними заказ становится покупкой, и бонусы начисляются.",
        "Codes of statuses, separated by commas: with them an order becomes a purchase, and bonuses are given.",
    ),
    usual="complete",
)
CANCELLED = Setting(
    "cancelled_statuses",
    Text("Статусы отменённого заказа", "Statuses of a cancelled order"),
    Text(
        "Коды статусов через запятую: с ними всё, что было с бонусами заказа, отменяется.",
        "Codes of statuses, separated by commas: with them all that happened to the order's bonuses is undone.",
    ),
    usual="cancel-other,cancel",
)
PROMO = Setting(
    "promo_price_types",
    Text("Типы акционных цен", "Price types that are promotional"),
    Text(
        "Коды типов цен через запятую: товары с такой ценой считаются товарами по акции.",
        "Codes of price types, separated by commas: goods at such a price count as being on promotion.",
    ),
    usual="promo",
)
MANIFEST = Manifest(
    id=ID,
    title=Text("RetailCRM (Simla), API v5", "RetailCRM (Simla), API v5"),
    words=Text(
        "Сайты и программы, которые умеют работать с программой лояльности RetailCRM (модули WooCommerce и Bitrix, "
        "клиенты на Python, PHP и Go), работают с Kopilka без изменений.",
        "Sites and software that know RetailCRM's loyalty programme (modules for WooCommerce and Bitrix, clients in "
        "Python, PHP and Go) work with Kopilka unchanged.",
    ),
    prefixes=("/api/",),
    address="",
    way=Way.IN,
    can=(
        Capability.ENROL, Capability.IDENTIFY, Capability.BALANCE, Capability.HISTORY, Capability.QUOTE,
        Capability.SPEND, Capability.HOLD, Capability.CLOSE, Capability.RETURN, Capability.ADJUST,
        Capability.CONFIRM_BY_CODE, Capability.TEXTS, Capability.CUSTOMERS, Capability.ORDERS,
    ),
    verified=Verified.CLIENT,
    secret=Secret(Text("Ключ API", "API key")),
    idempotency=Text(
        "Заказ узнаётся по externalId и магазину: повтор заменяет, а не добавляет. Участие у покупателя одно.",
        "An order is known by its externalId and site: a repeat replaces and does not add. A customer joins once.",
    ),
    steps=(
        Text(
            "Создайте подключение, укажите магазин и скопируйте ключ API.",
            "Make a connection, name its shop and copy the API key.",
        ),
        Text(
            "В настройках модуля RetailCRM на сайте укажите адрес Kopilka вместо адреса RetailCRM, и этот ключ.",
            "In the settings of the site's RetailCRM module, enter the address of Kopilka instead of RetailCRM's, and "
            "this key.",
        ),
        Text(
            "Включите в модуле программу лояльности и сохраните настройки.",
            "Switch the loyalty programme on in the module and save the settings.",
        ),
    ),
    settings=(RATE, CONFIRM_REGISTRATION, CONFIRM_CHARGE, HOLD_DAYS, COMPLETED, CANCELLED, PROMO, LANGUAGE),
    meets=(
        "described", "one-mapping", "keyed", "repeatable", "samples", "own-errors", "bad-network", "real-client",
    ),
)  # fmt: skip
