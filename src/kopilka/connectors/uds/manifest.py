"""What the UDS connector says of itself."""

from kopilka.connectors.kit.manifest import Capability, Manifest, Secret, Setting, Text, Verified, Way

ID = "uds"
PREFIX = "/partner/v2/"
YES, NO = "yes", "no"
PURCHASE_BY_PHONE = Setting(
    "purchase_by_phone",
    Text("Покупки по номеру телефона", "Purchases by phone number"),
    Text(
        "yes: касса может назвать покупателя по телефону; незнакомый номер становится участником.",
        "yes: a till may name the buyer by phone; an unknown number becomes a participant.",
    ),
    usual=YES,
    choices=(YES, NO),
)
POINTS_BY_PHONE = Setting(
    "points_by_phone",
    Text("Списание по номеру телефона", "Spending by phone number"),
    Text(
        "yes: по телефону можно и списывать. no: для списания покупатель показывает код.",
        "yes: points may be spent by phone too. no: to spend, the buyer shows a code.",
    ),
    usual=NO,
    choices=(YES, NO),
)
WRITE_INVOICE = Setting(
    "write_invoice",
    Text("Требовать номер чека", "Ask for the receipt's number"),
    Text("Что касса прочтёт в writeInvoice.", "What tills read in writeInvoice."),
    usual=NO,
    choices=(YES, NO),
)
POLICY = Setting(
    "policy",
    Text("Вид программы", "Kind of programme"),
    Text(
        "CHARGE_SCORES: покупки приносят баллы. APPLY_DISCOUNT: уровень даёт скидку. auto: по действующей программе.",
        "CHARGE_SCORES: purchases earn points. APPLY_DISCOUNT: the level gives a discount. auto: as the programme in "
        "force says.",
    ),
    usual="auto",
    choices=("auto", "CHARGE_SCORES", "APPLY_DISCOUNT"),
)
CASHIERS = Setting(
    "cashiers",
    Text("Магазины кассиров", "Shops of cashiers"),
    Text(
        "Для сети с одним ключом: какой кассир в каком магазине, как «k-2: second; k-3: shop». Остальные — в магазине "
        "подключения.",
        "For a chain with one key: which cashier sells in which shop, as “k-2: second; k-3: shop”. The others sell in "
        "the connection's shop.",
    ),
)
TAGS = Setting(
    "tags",
    Text("Метки", "Tags"),
    Text(
        "Метки через запятую или точку с запятой, которые касса может ставить; к ним добавляются те, о которых спрашивают правила.",
        "Tags that tills may set, with commas or semicolons between; those that rules ask for are there anyhow.",
    ),
)
REPEAT_SECONDS = Setting(
    "repeat_seconds",
    Text("Повторы возвратов и наград, секунд", "Repeats of refunds and rewards, seconds"),
    Text(
        "У возвратов и наград UDS нет ключа повтора: такой же вызов в течение этого времени — повтор, а не второй.",
        "Refunds and rewards of UDS have no key: the same call within this time is a repeat and not a second one.",
    ),
    usual="60",
)
VOUCHER_HOURS = Setting(
    "voucher_hours",
    Text("Срок ваучера, часов", "Life of a voucher, hours"),
    Text("Сколько действует код на чеке.", "How long the code on a slip works."),
    usual="72",
)
VOUCHER_ADDRESS = Setting(
    "voucher_address",
    Text("Адрес для QR ваучера", "Address in a voucher's QR"),
    Text(
        "Адрес страницы, где покупатель вводит код, с {code} на месте кода. Пусто: в QR только сам код.",
        "The page where buyers enter the code, with {code} in its place. Empty: the QR holds the bare code.",
    ),
)
PROMO_CODE = Setting(
    "promo_code",
    Text("Промокод компании", "The company's promo code"),
    Text("Что касса прочтёт в promoCode.", "What tills read in promoCode."),
)
LANGUAGE = Setting(
    "language",
    Text("Язык ошибок", "Language of errors"),
    Text(
        "На каком языке отвечать тому, кто не прислал Accept-Language.",
        "In which language to answer whoever sends no Accept-Language.",
    ),
    usual="ru",
    choices=("ru", "en"),
)
MANIFEST = Manifest(
    id=ID,
    title=Text("UDS, Partner API v2", "UDS, Partner API v2"),
    words=Text(
        "Кассы и учётные системы с модулем UDS (1С, Эвотор, iiko, r_keeper и другие) работают с Kopilka без изменений.",
        "Tills and shop systems with a UDS module (1C, Evotor, iiko, r_keeper and others) work with Kopilka unchanged.",
    ),
    prefixes=(PREFIX,),
    address="/partner/v2",
    way=Way.BOTH,
    can=(
        Capability.ENROL, Capability.IDENTIFY, Capability.BALANCE, Capability.HISTORY, Capability.QUOTE,
        Capability.SPEND, Capability.CLOSE, Capability.RETURN, Capability.PART_RETURN, Capability.ADJUST,
        Capability.CUSTOMERS, Capability.EVENTS_OUT,
    ),
    verified=Verified.CLIENT,
    secret=Secret(Text("Ключ API", "API key")),
    idempotency=Text(
        "Продажу узнаём по nonce, ваучер тоже; такой же возврат или награда в течение минуты — повтор.",
        "A sale is known by its nonce, and so is a voucher; the same refund or reward within a minute is a repeat.",
    ),
    steps=(
        Text(
            "Создайте подключение, укажите магазин и скопируйте ключ API. ID компании — номер подключения {number}.",
            "Make a connection, name its shop and copy the API key. The company's id is the connection's number, "
            "{number}.",
        ),
        Text(
            "В модуле UDS вашей кассы замените адрес https://api.uds.app/partner/v2 на адрес Kopilka с /partner/v2.",
            "In your till's UDS module, replace https://api.uds.app/partner/v2 by Kopilka's address with /partner/v2.",
        ),
        Text(
            "Введите ID компании и ключ API и проверьте связь: модуль прочитает настройки программы.",
            "Enter the company's id and the API key and check the connection: the module reads the programme's settings.",
        ),
        Text(
            "Чтобы получать события, добавьте в разделе «События» получателя с адресом вашего сервера и выберите запись "
            "«UDS» с этим подключением.",
            "To be told of events, add a receiver under “Events” with your server's address, written as “UDS” with this "
            "connection.",
        ),
    ),
    settings=(
        PURCHASE_BY_PHONE, POINTS_BY_PHONE, WRITE_INVOICE, POLICY, CASHIERS, TAGS, REPEAT_SECONDS, VOUCHER_HOURS,
        VOUCHER_ADDRESS, PROMO_CODE, LANGUAGE,
    ),
    meets=(
        "described", "one-mapping", "keyed", "repeatable", "samples", "own-errors", "bad-network", "real-client",
    ),
    tells=Text("UDS: операции и участники", "UDS: operations and participants"),
)  # fmt: skip
