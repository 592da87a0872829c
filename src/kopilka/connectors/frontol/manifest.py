"""What the connector says of itself."""

from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Setting, Text, Verified, Way

PREFIX = "/frontol/"
YES_NO = ("no", "yes")

FRONTOL = Manifest(
    id="frontol",
    title=Text("Frontol 6 (АТОЛ)", "Frontol 6 (ATOL)"),
    words=Text(
        "Касса Frontol 6.8 и новее считает скидки, принимает бонусы и оформляет возвраты через Kopilka. Написан по "
        "опубликованному описанию протокола, с настоящей кассой не проверен.",
        "Tills with Frontol 6.8 or newer get discounts, take bonuses and refund through Kopilka. Written to the published "
        "shape of the protocol, not verified against a real Frontol.",
    ),
    prefixes=(PREFIX,),
    address=PREFIX + "{connection}",
    way=Way.IN,
    can=(
        Capability.ENROL,
        Capability.IDENTIFY,
        Capability.BALANCE,
        Capability.QUOTE,
        Capability.SPEND,
        Capability.HOLD,
        Capability.CLOSE,
        Capability.RETURN,
        Capability.PART_RETURN,
        Capability.COUPONS,
        Capability.CONFIRM_BY_CODE,
        Capability.TEXTS,
    ),
    verified=Verified.SHAPE,
    secret=Secret(Text("Ключ доступа", "Access key")),
    idempotency=Text(
        "uid документа: повторное подтверждение чека или возврата ничего не меняет, в любом порядке и через сколько угодно часов",
        "The document's uid: a receipt or refund confirmed again changes nothing, in any order and after any number of hours",
    ),
    steps=(
        Text(
            "Во Frontol Администратор откройте «Справочники → Системы лояльности» (Frontol Priority) и добавьте систему",
            "In Frontol Administrator open “Reference books → Loyalty systems” (Frontol Priority) and add a system",
        ),
        Text(
            "Введите адрес сервера, показанный здесь, и ключ доступа",
            "Enter the server address shown here and the access key",
        ),
        Text(
            "Код подразделения кассы — это id магазина в Kopilka; если коды другие, перечислите их в настройке «Магазины»",
            "The till's business unit is the id of the shop in Kopilka; where the codes differ, list them in the setting “Shops”",
        ),
        Text(
            "Включите «Отправлять документы без карты», чтобы в отчётах были и чеки гостей",
            "Switch “Send documents without a card” on, so that guests' receipts are in the reports too",
        ),
        Text(
            "Пробейте чек с телефоном участника и верните его",
            "Sell something to a member by phone and refund it",
        ),
    ),
    settings=(
        Setting(
            "language",
            Text("Язык кассы", "Language of the till"),
            Text("На нём говорят подсказки и чеки", "Hints and slips speak it"),
            "ru",
            ("ru", "en"),
        ),
        Setting(
            "shops",
            Text("Магазины", "Shops"),
            Text(
                "Коды подразделений кассы: S1=shop, S2=second. Не нужны, если соединение одного магазина",
                "Business units of tills: S1=shop, S2=second. Not needed where the connection has one shop",
            ),
        ),
        Setting(
            "confirm_spending",
            Text("Код из СМС при оплате бонусами", "An SMS code to pay with points"),
            Text(
                "Покупателю отправляется код, без него бонусы не списываются",
                "The customer is sent a code; without it no points are spent",
            ),
            "no",
            YES_NO,
        ),
        Setting(
            "slip_type",
            Text("Имя поля строки чека", "Field name of slip lines"),
            Text(
                "Версии протокола называют его type или print_type; both — оба сразу",
                "Versions of the protocol call it type or print_type; both sends both",
            ),
            "both",
            ("both", "type", "print_type"),
        ),
    ),
    meets=("described", "one-mapping", "keyed", "repeatable", "samples", "own-errors", "bad-network"),
)
