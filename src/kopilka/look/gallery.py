"""Every component with sample data on pages of its own: for review by eye and for tests. Not a screen of the product.

Its samples speak for themselves in two languages and stay out of the catalogues.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from kopilka.look.jinja import Pages
from kopilka.look.shapes import (
    Column,
    Group,
    Link,
    Page,
    Person,
    Reason,
    ReceiptLine,
    ReceiptSum,
    ReceiptView,
    Step,
    Switcher,
    Theme,
    Trouble,
)
from kopilka.words import formats
from kopilka.words.render import PointsWords, Tongue

NOW = datetime(2026, 3, 8, 11, 5, tzinfo=UTC)
BONUS = PointsWords({"ru": ("бонус", "бонуса", "бонусов"), "en": ("point", "points")})
SCREENS = ("gallery", "till", "door", "error", "trouble")


def _say(tag: str, ru: str, en: str) -> str:
    return ru if tag == "ru" else en


def gallery(pages: Pages, screen: str, tag: str, theme: Theme = "auto") -> str:
    """One of SCREENS as HTML."""
    t = partial(_say, tag)
    tongue = Tongue(language=tag, points={"bonus": BONUS}, levels={"gold": t("Золотой", "Gold")})
    samples: dict[str, object] = {
        "t": t,
        "now": NOW,
        "page": sample_page(tag, theme, t("Образцы", "Gallery")),
        "columns": _columns(tag),
        "rows": _rows(tag),
        "receipt": _receipt(tag),
        "steps": _steps(tag),
        "trouble": _trouble(tag) if screen in ("gallery", "trouble") else None,
        "status": {"error": 404, "trouble": 500}.get(screen, 0),
        "series": (12, 14, 13, 17, 16, 21, 19, 24, 23, 27, 26, 31),
        "falling": (40, 38, 41, 36, 35, 33, 34, 30, 29, 27, 28, 25),
    }
    template = "look/error.html" if screen in ("error", "trouble") else f"look/gallery_{screen}.html"
    return pages.render("look/gallery.html" if screen == "gallery" else template, tongue, **samples)


def sample_page(tag: str, theme: Theme, title: str) -> Page:
    """A page shell with everything in it."""
    t = partial(_say, tag)
    return Page(
        title=title,
        lang=tag,
        theme=theme,
        nav=_navigation(tag),
        phone_nav=(
            Link(title=t("Обзор", "Overview"), href="#o", icon="home", current=True),
            Link(title=t("Участники", "Members"), href="#m", icon="users"),
            Link(title=t("Чеки", "Receipts"), href="#r", icon="receipt"),
            Link(title=t("Программа", "Programme"), href="#p", icon="sliders"),
        ),
        switchers=(
            Switcher(
                label=t("Магазин", "Shop"),
                current=t("Море Пива, Тверская", "Beer Sea, Tverskaya"),
                choices=(
                    Link(title=t("Все магазины", "All shops"), href="#", hint=t("12 магазинов", "12 shops")),
                    Link(title=t("Море Пива, Тверская", "Beer Sea, Tverskaya"), href="#", current=True),
                ),
            ),
            Switcher(
                label=t("Программа", "Programme"),
                current=t("Клуб «Якорь»", "Anchor Club"),
                icon="sliders",
                choices=(Link(title=t("Клуб «Якорь»", "Anchor Club"), href="#", current=True),),
            ),
        ),
        person=Person(
            name=t("Анна Соколова", "Anna Sokolova"),
            role=t("Управляющая", "Manager"),
            links=(Link(title=t("Мой профиль", "My profile"), href="#", icon="user"),),
        ),
        sign_out="/sign-out",
        csrf="sample",
    )


def _navigation(tag: str) -> tuple[Group, ...]:
    t = partial(_say, tag)
    return (
        Group(
            links=(
                Link(title=t("Обзор", "Overview"), href="#o", icon="home", current=True),
                Link(title=t("Участники", "Members"), href="#m", icon="users"),
                Link(title=t("Чеки", "Receipts"), href="#r", icon="receipt"),
                Link(title=t("Задачи", "Tasks"), href="#t", icon="bell", badge="3"),
            )
        ),
        Group(
            title=t("Программа", "Programme"),
            links=(
                Link(title=t("Правила", "Rules"), href="#p", icon="sliders"),
                Link(title=t("Уровни", "Levels"), href="#l", icon="layers"),
                Link(title=t("Акции и рассылки", "Campaigns"), href="#c", icon="megaphone"),
                Link(title=t("Купоны и промокоды", "Coupons and codes"), href="#k", icon="ticket"),
                Link(title=t("Подарки", "Gifts"), href="#g", icon="gift"),
            ),
        ),
        Group(
            title=t("Цифры", "Figures"),
            links=(
                Link(title=t("Аналитика", "Analytics"), href="#a", icon="chart"),
                Link(title=t("Проверка на истории", "Back-test"), href="#b", icon="flask"),
                Link(title=t("Обязательства", "Liability"), href="#w", icon="wallet"),
            ),
        ),
        Group(
            title=t("Настройки", "Settings"),
            links=(
                Link(title=t("Магазины и кассы", "Shops and tills"), href="#s", icon="store"),
                Link(title=t("Подключения", "Connections"), href="#n", icon="plug"),
                Link(title=t("Сотрудники", "Staff"), href="#f", icon="shield"),
            ),
        ),
    )


def _columns(tag: str) -> tuple[Column, ...]:
    t = partial(_say, tag)
    return (
        Column(key="name", title=t("Участник", "Member")),
        Column(key="level", title=t("Уровень", "Level")),
        Column(key="spent", title=t("Покупки", "Purchases"), kind="number", sort="#", sorted="descending"),
        Column(key="balance", title=t("Баланс", "Balance"), kind="number", sort="#"),
        Column(key="seen", title=t("Был", "Last seen"), kind="number"),
    )


def _rows(tag: str) -> list[Mapping[str, object]]:
    t = partial(_say, tag)
    people = (
        (t("Константин Верещагин", "Konstantin Vereshchagin"), "+7 916 123-45-67", 14_982_050, 12_480, "8"),
        (t("Мария Кузнецова", "Maria Kuznetsova"), "+7 903 555-01-12", 3_240_000, 231, "7"),
        (t("Ольга Ли", "Olga Li"), "+7 999 700-20-30", 99_990, 1, "2"),
        (t("Гость по карте 4000 1182", "Guest, card 4000 1182"), "", 0, 0, "1"),
    )
    return [
        {
            "href": "#",
            "name": name,
            "small_name": phone,
            "level": (t("Платиновый", "Platinum"), t("Золотой", "Gold"), t("Бронзовый", "Bronze"), "")[place],
            "spent": formats.money(tag, spent, "RUB"),
            "balance": formats.points(tag, balance, 0, BONUS.forms_in(tag)),
            "seen": f"{day} {t('марта', 'March')}",
        }
        for place, (name, phone, spent, balance, day) in enumerate(people)
    ]


def _receipt(tag: str) -> ReceiptView:
    t, rub = partial(_say, tag), partial(formats.money, tag, currency="RUB")
    return ReceiptView(
        title=t("Море Пива, Тверская", "Beer Sea, Tverskaya"),
        subtitle=t("8 марта 2026, 14:05 · касса 2 · Ирина", "8 March 2026, 14:05 · till 2 · Irina"),
        number="rcp_01jnvw6k3m",
        lines=(
            ReceiptLine(
                title=t("Сыр косичка копчёный", "Smoked string cheese"),
                detail=f"0,450 × {rub(98_000)}" if tag == "ru" else f"0.450 × {rub(98_000)}",
                sum=rub(39_690),
                before=rub(44_100),
                reasons=(Reason(text=t("Скидка 10 % по карте «Золотой»", "10% off with the Gold card")),),
            ),
            ReceiptLine(
                title=t("Кальмар сушёный, 100 г", "Dried squid, 100 g"),
                detail=f"2 × {rub(25_000)}",
                sum=rub(50_000),
                marks=(t("акция", "promo"),),
                reasons=(
                    Reason(
                        text=t(
                            "Цена уже по акции: скидка карты сюда не идёт",
                            "Promotional price: no card discount here",
                        ),
                        met=False,
                    ),
                ),
            ),
            ReceiptLine(
                title=t("Квас «Домашний», 1 л", "Home kvass, 1 l"),
                detail=f"3 × {rub(12_000)}",
                sum=rub(36_000),
            ),
            ReceiptLine(title=t("Доставка", "Delivery"), sum=rub(0), before=rub(19_900)),
        ),
        sums=(
            ReceiptSum(title=t("Товары", "Goods"), sum=rub(130_100)),
            ReceiptSum(title=t("Скидки", "Discounts"), sum=rub(-4_410), kind="discount"),
            ReceiptSum(
                title=t("Списано 300 бонусов", "300 points spent"),
                sum=rub(-30_000),
                kind="points",
                reasons=(Reason(text=t("Можно до 30 % чека", "Up to 30% of the receipt")),),
            ),
            ReceiptSum(title=t("К оплате", "To pay"), sum=rub(95_690), kind="total"),
        ),
        earned=formats.points(tag, 143, 0, BONUS.forms_in(tag), signed=True),
        earned_note=t(
            "Станут доступны 22 марта, сгорят 18 сентября", "Spendable from 22 March, expire on 18 September"
        ),
        reasons=(
            Reason(text=t("Ещё 240 ₽ до двойных бонусов", "₽240 more for double points"), met=False),
            Reason(text=t("Доставка бесплатна от 1 000 ₽", "Delivery is free from ₽1,000")),
        ),
    )


def _steps(tag: str) -> tuple[Step, ...]:
    t = partial(_say, tag)
    return (
        Step(
            title=t("Покупка на 956,90 ₽", "Purchase of ₽956.90"),
            when=t("сегодня, 14:05 · Тверская", "today, 14:05 · Tverskaya"),
            amount="+143",
            icon="receipt",
            tone="good",
        ),
        Step(
            title=t("Оплата бонусами", "Paid with points"),
            when=t("сегодня, 14:05", "today, 14:05"),
            amount="−300",
            icon="coins",
            tone="coin",
        ),
        Step(
            title=t("Новый уровень — Золотой", "New level — Gold"),
            when=t("2 марта", "2 March"),
            text=t("Покупки за год превысили 30 000 ₽", "A year's purchases passed ₽30,000"),
            icon="star",
            tone="accent",
        ),
        Step(
            title=t("Сгорели бонусы", "Points expired"),
            when=t("28 февраля", "28 February"),
            amount="−50",
            icon="fire",
            tone="bad",
        ),
    )


def _trouble(tag: str) -> Trouble:
    t = partial(_say, tag)
    return Trouble(
        title=t("Программа не сохранена", "The programme was not saved"),
        detail=t("Два правила противоречат друг другу.", "Two rules contradict each other."),
        code="programme_invalid",
        request_id="req_01jnvw6k3m8t",
        fields=(
            ("rate", t("Начисление: от 0 до 100 %", "Earning: from 0 to 100%")),
            ("from", t("Порог: сумма с копейками", "Threshold: an amount of money")),
        ),
    )
