"""What the CommerceML connector says of itself."""

from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Setting, Text, Verified, Way

ID = "commerceml"
YES_NO = ("yes", "no")


def _switch(name: str, usual: str, title: Text, words: Text) -> Setting:
    return Setting(name, title, words, usual=usual, choices=YES_NO)


SETTINGS = (
    Setting(
        "sku",
        Text("Что считать артикулом товара", "What a sku is"),
        Text(
            "id: Ид номенклатуры (рекомендуется). article: Артикул, а где его нет — Ид.",
            "id: the id of the goods (advised). article: their article, or the id where there is none.",
        ),
        usual="id",
        choices=("id", "article"),
    ),
    Setting(
        "sold",
        Text("Когда заказ считать покупкой", "When an order is a purchase"),
        Text(
            "paid_or_shipped: оплачен или отгружен. paid: оплачен. shipped: отгружен. posted: проведён.",
            "paid_or_shipped, paid, shipped, or posted.",
        ),
        usual="paid_or_shipped",
        choices=("paid_or_shipped", "paid", "shipped", "posted"),
    ),
    Setting(
        "final_statuses",
        Text("Статусы выполненного заказа", "Statuses of a finished order"),
        Text(
            "Через запятую: заказ с таким статусом — покупка, даже если не отмечены оплата и отгрузка.",
            "Comma-separated: an order of such a status is a purchase even if it is not marked as paid or shipped.",
        ),
        usual="F,Выполнен,Доставлен,Закрыт",
    ),
    _switch(
        "enrol",
        "no",
        Text("Принимать покупателей в участники", "Enrol buyers"),
        Text(
            "yes: контрагент с телефоном, почтой или картой становится участником. no: обновляются только участники.",
            "yes: a counterparty with a phone, an e-mail or a card becomes a member. no: only members are updated.",
        ),
    ),
    Setting(
        "card_field",
        Text("Реквизит с номером карты", "Requisite that holds the card's number"),
        Text(
            "Если в 1С он называется не «Номер дисконтной карты» и не «Карта лояльности».",
            "If 1C calls it by a name of its own.",
        ),
    ),
    Setting(
        "points_field",
        Text("Реквизит со списанными бонусами", "Requisite that holds the bonuses spent"),
        Text("Если в 1С он называется не «Списано бонусов».", "If 1C does not call it «Списано бонусов»."),
    ),
    Setting(
        "floor_price",
        Text("Вид цены — минимальная", "Price type that is the least price"),
        Text("Ниже этой цены скидки не опускают.", "Discounts never go below this price."),
        usual="Минимальная цена",
    ),
    _switch(
        "receipts_out",
        "yes",
        Text("Отдавать чеки в 1С", "Hand receipts to 1C"),
        Text(
            "Покупки из касс и с сайтов выгружаются документами при загрузке заказов в 1С.",
            "Purchases of tills and sites are handed out as documents when 1C fetches orders.",
        ),
    ),
    _switch(
        "own_out",
        "no",
        Text("Возвращать в 1С её же заказы", "Hand 1C's own orders back"),
        Text(
            "yes: заказ, пришедший из 1С, вернётся с начисленными и списанными бонусами.",
            "yes: an order that came from 1C goes back with the bonuses earned and spent.",
        ),
    ),
    _switch(
        "members_out",
        "no",
        Text("Отдавать участников в 1С", "Hand members to 1C"),
        Text(
            "yes: вместе с заказами выгружаются контрагенты с картой, уровнем и балансом.",
            "yes: members with card, level and balance go out together with orders.",
        ),
    ),
    Setting(
        "operation_out",
        Text("Вид документа для чеков", "Operation of the documents handed out"),
        Text("Какую хозяйственную операцию ставить.", "Which operation they have."),
        usual="Заказ товара",
        choices=("Заказ товара", "Розничная продажа", "Отпуск товара"),
    ),
    Setting(
        "number_prefix",
        Text("Префикс номеров", "Prefix of numbers"),
        Text(
            "Номер документа в 1С: префикс и число.", "A document's number is the prefix and a whole number."
        ),
        usual="K",
    ),
    _switch(
        "zip",
        "yes",
        Text("Принимать архивы", "Take archives"),
        Text("zip=yes в ответе init.", "zip=yes on init."),
    ),
    Setting(
        "encoding",
        Text("Кодировка ответов", "Encoding of answers"),
        Text("windows-1251, как у 1С-Битрикс, или utf-8.", "windows-1251, as 1C-Bitrix has it, or utf-8."),
        usual="windows-1251",
        choices=("windows-1251", "utf-8"),
    ),
    Setting(
        "language",
        Text("Язык сообщений", "Language of messages"),
        Text("На каком языке говорить с 1С.", "In which language to speak with 1C."),
        usual="ru",
        choices=("ru", "en"),
    ),
)
MANIFEST = Manifest(
    id=ID,
    title=Text("1С:Предприятие и 1С-Битрикс (CommerceML 2)", "1C:Enterprise and 1C-Bitrix (CommerceML 2)"),
    words=Text(
        "Штатный «обмен с сайтом» 1С (УТ 11, КА 2, ERP, Розница) передаёт товары, цены, покупателей и заказы в обе "
        "стороны, как с сайтом на 1С-Битрикс.",
        "The exchange with a site that 1C has built in carries goods, prices, buyers and orders both ways, as it does "
        "with a site on 1C-Bitrix.",
    ),
    prefixes=("/exchange/1c/",),
    address="/exchange/1c/{connection}/1c_exchange.php",
    way=Way.BOTH,
    can=(
        Capability.ENROL,
        Capability.IDENTIFY,
        Capability.BALANCE,
        Capability.CLOSE,
        Capability.RETURN,
        Capability.PART_RETURN,
        Capability.GOODS,
        Capability.CUSTOMERS,
        Capability.ORDERS,
    ),
    verified=Verified.SHAPE,
    secret=Secret(Text("Пароль обмена", "Password of the exchange")),
    idempotency=Text(
        "Документ узнаётся по Ид: повтор ничего не меняет, изменённый заменяет прежний. Чеки в 1С уходят один раз: "
        "граница сдвигается по mode=success.",
        "A document is known by its id: a repeat changes nothing, a changed one replaces the former. Receipts go out "
        "once: the place moves on mode=success.",
    ),
    steps=(
        Text(
            "Создайте подключение, укажите магазин и скопируйте адрес и пароль.",
            "Make the connection, choose its shop, copy the address and the password.",
        ),
        Text(
            "В 1С: НСИ и администрирование → Обмен с сайтами (узел обмена): адрес сайта, имя пользователя — номер "
            "подключения, пароль.",
            "In 1C: Administration → Exchange with sites: the address, the connection's number as the user, the password.",
        ),
        Text(
            "Нажмите «Проверить соединение», включите обмен товарами и заказами, выполните обмен и задайте расписание.",
            "Test the connection, switch on goods and orders, exchange once and set a schedule.",
        ),
    ),
    settings=SETTINGS,
    meets=("described", "one-mapping", "keyed", "repeatable", "samples", "own-errors", "bad-network"),
)
