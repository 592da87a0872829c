"""What the connector says of itself."""

from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Setting, Text, Verified, Way

ID, PREFIX = "moysklad", "/moysklad/"
NO, YES = "no", "yes"
STORES = Setting(
    "stores", Text("Точки продаж", "Points of sale"),
    Text("Какая точка МоегоСклада — какой магазин: «id точки=магазин», через запятую. Не нужно, если подключение — для одного магазина",
         "Which point of sale is which shop: “id=shop”, separated by commas. Not needed where the connection is for one shop"),
)  # fmt: skip
CONFIRM_ENROL = Setting(
    "confirm_enrol", Text("Код при регистрации", "Code when joining"),
    Text("Новый покупатель называет кассиру код из SMS", "A new buyer tells the cashier a code from an SMS"),
    usual=NO, choices=(NO, YES),
)  # fmt: skip
CONFIRM_SPENDING = Setting(
    "confirm_spending", Text("Код при списании", "Code when spending"),
    Text("Списание бонусов подтверждается кодом из SMS; сравнивает касса", "Spending is confirmed by a code from an SMS; the till compares it"),
    usual=NO, choices=(NO, YES),
)  # fmt: skip
ZONE = Setting(
    "zone", Text("Часовой пояс", "Time zone"),
    Text("В каком поясе касса пишет время", "In which zone the till writes moments"), usual="Europe/Moscow",
)  # fmt: skip
LANGUAGE = Setting(
    "language", Text("Язык сообщений кассиру", "Language of messages to the cashier"),
    Text("Русский или английский", "Russian or English"), usual="ru", choices=("ru", "en"),
)  # fmt: skip

MANIFEST = Manifest(
    id=ID,
    title=Text("МойСклад: касса", "MoySklad till"),
    words=Text(
        "Касса МойСклад спрашивает у Kopilka скидки и бонусы, регистрирует покупателей и сообщает о продажах и возвратах",
        "The MoySklad till asks Kopilka for discounts and bonuses, enrols buyers and tells of sales and returns",
    ),
    prefixes=(PREFIX,),
    address="/moysklad",
    way=Way.IN,
    can=(
        Capability.ENROL, Capability.IDENTIFY, Capability.BALANCE, Capability.QUOTE, Capability.SPEND, Capability.CLOSE,
        Capability.RETURN, Capability.PART_RETURN, Capability.CONFIRM_BY_CODE, Capability.TEXTS,
    ),
    verified=Verified.SHAPE,
    secret=Secret(Text("Ключ (Lognex-Discount-API-Auth-Token)", "Key (Lognex-Discount-API-Auth-Token)")),
    idempotency=Text(
        "Продажа и возврат — по meta.id, а без него — по точке продаж, номеру и времени документа; покупатель — по meta.id",
        "Sales and returns by meta.id, else by point of sale, number and moment; buyers by meta.id",
    ),
    steps=(
        Text("Создайте подключение здесь и скопируйте адрес и ключ", "Make a connection here and copy the address and the key"),
        Text(
            "В МоёмСкладе установите решение с блоком loyaltyApi и зарегистрируйте этот адрес и ключ через Vendor API",
            "In MoySklad install a solution with a loyaltyApi block and register this address and key through the Vendor API",
        ),
        Text(
            "В точке продаж МоегоСклада выберите эту программу лояльности; если точек несколько, впишите их в настройку «Точки продаж»",
            "Choose this loyalty programme in MoySklad's point of sale; where there are several, write them into “Points of sale”",
        ),
        Text("На кассе найдите покупателя по телефону: его бонусы видны", "Find a buyer by phone at the till: the bonuses are seen"),
    ),
    settings=(STORES, CONFIRM_ENROL, CONFIRM_SPENDING, ZONE, LANGUAGE),
    meets=("described", "one-mapping", "keyed", "repeatable", "samples", "own-errors", "bad-network"),
)  # fmt: skip
