"""What the connector says of itself."""

from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Setting, Text, Verified, Way
from kopilka.connectors.kit.webshop_customers import ALL, CONSENTED, NONE

ENROL = Setting(
    "enrol",
    Text("Записывать покупателей", "Enrol customers"),
    Text(
        "Кого из покупателей магазина принимать в программу без отдельного вопроса: никого, всех или тех, кто согласился на рассылку",
        "Which of the shop's customers join without being asked again: none, all, or those who agreed to marketing",
    ),
    NONE,
    (NONE, ALL, CONSENTED),
)
SINCE = Setting(
    "since",
    Text("Заказы начиная с", "Orders since"),
    Text(
        "Первый день (ГГГГ-ММ-ДД), заказы которого дают бонусы; пусто — все, о которых сообщит магазин",
        "The first day (YYYY-MM-DD) whose orders earn; empty: all that the shop tells of",
    ),
)
DOMAIN = Setting(
    "domain",
    Text("Домен магазина", "Shop domain"),
    Text(
        "Например, my-shop.myshopify.com: вебхуки других магазинов отклоняются. Пусто — не проверяется",
        "Such as my-shop.myshopify.com: webhooks of other shops are refused. Empty: not checked",
    ),
)
MANIFEST = Manifest(
    id="shopify",
    title=Text("Shopify", "Shopify"),
    words=Text(
        "Интернет-магазин на Shopify: бонусы за оплаченные заказы, возвраты, покупатели, запросы о личных данных",
        "A shop on Shopify: points for paid orders, refunds, customers, privacy requests",
    ),
    prefixes=("/shopify/",),
    address="/shopify/{connection}",
    way=Way.IN,
    can=(
        Capability.ENROL,
        Capability.CLOSE,
        Capability.RETURN,
        Capability.PART_RETURN,
        Capability.COUPONS,
        Capability.CUSTOMERS,
        Capability.ORDERS,
    ),
    verified=Verified.SHAPE,
    secret=Secret(
        Text(
            "Секрет приложения (client secret) или ключ вебхуков",
            "The app's client secret, or the key of webhooks",
        ),
        ours=False,
    ),
    idempotency=Text(
        "Номер события (X-Shopify-Event-Id) вместе с темой; заказ и возврат узнаются по своим номерам",
        "The event's id (X-Shopify-Event-Id) with its topic; orders and refunds are known by their own ids",
    ),
    steps=(
        Text(
            "В Shopify откройте Settings → Notifications → Webhooks и скопируйте ключ подписи внизу страницы "
            "(у своего приложения — Client secret)",
            "In Shopify open Settings → Notifications → Webhooks and copy the signing key at the foot of the page "
            "(for an app of yours: its client secret)",
        ),
        Text(
            "Вставьте его здесь как секрет и выберите магазин",
            "Enter it here as the secret and choose the shop",
        ),
        Text(
            "Создайте вебхуки в формате JSON с адресом этого подключения: Order payment, Order update, "
            "Order cancellation, Refund create, Customer creation, Customer update, Customer deletion",
            "Create webhooks in JSON with this connection's address: Order payment, Order update, Order cancellation, "
            "Refund create, Customer creation, Customer update, Customer deletion",
        ),
        Text(
            "Для приложения укажите тот же адрес в compliance webhooks (customers/data_request, customers/redact, shop/redact)",
            "For an app give the same address as its compliance webhooks (customers/data_request, customers/redact, shop/redact)",
        ),
    ),
    settings=(ENROL, SINCE, DOMAIN),
    meets=("described", "one-mapping", "keyed", "repeatable", "samples", "own-errors", "bad-network"),
)
