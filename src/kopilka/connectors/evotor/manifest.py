"""What the connector says of itself."""

from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Setting, Text, Verified, Way

ID, PREFIX = "evotor", "/evotor/"
STORES = Setting(
    "stores", Text("Магазины Эвотора", "Evotor stores"),
    Text("Какой магазин Эвотора — какой наш: «идентификатор=магазин», через запятую. Не нужно, если подключение — для одного магазина",
         "Which Evotor store is which shop: “id=shop”, separated by commas. Not needed where the connection is for one shop"),
)  # fmt: skip
ZONE = Setting(
    "zone", Text("Часовой пояс", "Time zone"),
    Text("В каком поясе время без пояса", "The zone of moments without one"), usual="Europe/Moscow",
)  # fmt: skip

MANIFEST = Manifest(
    id=ID,
    title=Text("Эвотор", "Evotor"),
    words=Text(
        "Чеки смарт-терминалов приходят вебхуком: продажи начисляют бонусы, возвраты забирают; чек неизвестного покупателя ждёт его регистрации",
        "Receipts of smart terminals come by webhook: sales earn, returns take back; an unknown buyer's receipt waits until they join",
    ),
    prefixes=(PREFIX,),
    address="/evotor",
    way=Way.IN,
    can=(Capability.IDENTIFY, Capability.CLOSE, Capability.RETURN, Capability.PART_RETURN),
    verified=Verified.SHAPE,
    secret=Secret(Text("Токен стороннего сервиса (Authorization)", "Token of the third-party service (Authorization)")),
    idempotency=Text("Идентификатор чека; у события — его собственный", "The receipt's id; an event has its own"),
    steps=(
        Text("Создайте подключение здесь и скопируйте адрес и токен", "Make a connection here and copy the address and the token"),
        Text(
            "На сайте разработчиков Эвотора создайте приложение; в разделе «Интеграция» включите вебхуки чеков (и, если нужно, документов) и впишите адрес с путём, например …/evotor/api/v2/receipts",
            "Make an application on Evotor's developer site; under “Integration” switch on the webhooks of receipts (or documents) and enter the address with a path, such as …/evotor/api/v2/receipts",
        ),
        Text("Там же впишите токен, с которым облако обращается к вашему сервису", "Enter the token there: the cloud shows it to your service"),
        Text(
            "Установите приложение в магазине Эвотора и пробейте чек. Несколько магазинов впишите в настройку «Магазины Эвотора»",
            "Install the application in Evotor's market and sell something. Several stores go into the setting “Evotor stores”",
        ),
    ),
    settings=(STORES, ZONE),
    meets=("described", "one-mapping", "keyed", "repeatable", "samples", "own-errors", "bad-network"),
)  # fmt: skip
