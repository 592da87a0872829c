"""What the connector says of itself."""

from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Setting, Text, Verified, Way
from kopilka.connectors.kit.webshop_customers import ALL, CONSENTED, NONE
from kopilka.connectors.woocommerce.mapping import ON_COMPLETED, ON_PAID

EARN_ON = Setting(
    "earn_on",
    Text("Когда начислять", "When to give points"),
    Text(
        "completed — когда заказ выполнен; paid — как только он оплачен",
        "completed: when the order is done; paid: as soon as it is paid",
    ),
    ON_COMPLETED,
    (ON_COMPLETED, ON_PAID),
)
ENROL = Setting(
    "enrol",
    Text("Записывать покупателей", "Enrol customers"),
    Text(
        "Кого из зарегистрированных покупателей принимать в программу без отдельного вопроса: никого, всех или согласившихся",
        "Which registered customers join without being asked again: none, all, or those who agreed",
    ),
    NONE,
    (NONE, ALL, CONSENTED),
)
CONSENT_FIELD = Setting(
    "consent_field",
    Text("Поле согласия", "Field of consent"),
    Text(
        "Ключ meta_data покупателя, в который ваш плагин пишет согласие на рассылку (1, yes, true, on)",
        "The customer's meta_data key in which your plugin keeps the consent to marketing (1, yes, true, on)",
    ),
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
    Text("Адрес сайта", "Site address"),
    Text(
        "Например, shop.example.com: вебхуки других сайтов отклоняются. Пусто — не проверяется",
        "Such as shop.example.com: webhooks of other sites are refused. Empty: not checked",
    ),
)
MANIFEST = Manifest(
    id="woocommerce",
    title=Text("WooCommerce", "WooCommerce"),
    words=Text(
        "Интернет-магазин на WordPress: бонусы за выполненные или оплаченные заказы, возвраты, покупатели",
        "A shop on WordPress: points for completed or paid orders, refunds, customers",
    ),
    prefixes=("/woocommerce/",),
    address="/woocommerce/{connection}",
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
    secret=Secret(Text("Секрет вебхуков", "The webhooks' secret")),
    idempotency=Text(
        "Номер доставки (X-WC-Webhook-Delivery-ID) вместе с содержанием; заказ и возврат узнаются по своим номерам",
        "The delivery's id (X-WC-Webhook-Delivery-ID) with what it says; orders and refunds are known by their own ids",
    ),
    steps=(
        Text(
            "Создайте подключение здесь и скопируйте секрет", "Make the connection here and copy its secret"
        ),
        Text(
            "В админке WordPress откройте WooCommerce → Settings → Advanced → Webhooks → Add webhook",
            "In WordPress open WooCommerce → Settings → Advanced → Webhooks → Add webhook",
        ),
        Text(
            "Status: Active; Topic: Order updated; Delivery URL: адрес этого подключения; Secret: скопированный секрет; "
            "API Version: WP REST API Integration v3",
            "Status: Active; Topic: Order updated; Delivery URL: this connection's address; Secret: the copied one; "
            "API Version: WP REST API Integration v3",
        ),
        Text(
            "Так же добавьте Order created, Order deleted, Order restored, Customer created, Customer updated, Customer deleted",
            "Add Order created, Order deleted, Order restored, Customer created, Customer updated, Customer deleted alike",
        ),
    ),
    settings=(EARN_ON, ENROL, CONSENT_FIELD, SINCE, DOMAIN),
    meets=("described", "one-mapping", "keyed", "repeatable", "samples", "own-errors", "bad-network"),
)
