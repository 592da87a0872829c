"""The cashier's page: a member by phone or card, goods, the quote as it changes, and one key that closes the sale.

Every deed posts the whole form and gets the whole page; the script of the page only makes that smooth.
"""

import re

import msgspec
from litestar.datastructures import Cookie

from kopilka.core.programme.document import Lane, Programme
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.settlement.fiscal import treatment_of
from kopilka.look.offers import perk_words
from kopilka.look.shapes import Link, Page, Person, Switcher
from kopilka.look.visit import YEAR_SECONDS, Answer, ClosedError, Visit
from kopilka.till.basket import Basket, Good, read_basket, read_lines, read_spend, receipt_of, toggled
from kopilka.till.counted import Counted, counted_words, own_coupons
from kopilka.till.offers import choices_of, gifts_for, give
from kopilka.till.services import Services
from kopilka.till.words import MemberWords, SoldWords, member_words, price_text, sold_words
from kopilka.usecases.commands import Close, Enrol, Identifier, Quote, Ref
from kopilka.usecases.commands import Person as NewPerson
from kopilka.usecases.members import normal
from kopilka.usecases.outcomes import Done, Refused
from kopilka.usecases.ports import Product
from kopilka.usecases.staff import Right
from kopilka.usecases.views import MemberView
from kopilka.values.errors import BadValueError
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.explanation import Teller
from kopilka.words.refusals import refusal
from kopilka.words.render import Tongue
from kopilka.words.tongue import tongue_of

SHOP_COOKIE = "kopilka_shop"
FIND_KINDS = ("card", "phone", "email", "qr", "external")
FOUND_MAX, BURN_DAYS = 8, 14
_PRICE = re.compile(
    r"(?:(?P<count>\d+(?:[.,]\d{1,3})?)\s*[*xх×]\s*)?(?P<price>\d{1,7}(?:[ \u00a0]\d{3})*(?:[.,]\d{1,2})?)\s*\Z"
)
_FREE = N_("Goods at a free price")


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer shows."""

    basket: Basket
    error: str = ""
    wrong: str = ""
    find: str = ""
    unknown: str = ""
    goods: str = ""
    price: str = ""
    count: str = "1"
    picked: Product | None = None
    found: tuple[Product, ...] = ()
    focus: str = "goods"
    sold: SoldWords | None = None
    gift: str = ""


class Till:
    """The screen and all its deeds."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def show(self, visit: Visit) -> Answer:
        """An empty receipt."""
        return self._page(visit, Screen(basket=self._basket(visit), focus="find"))

    def act(self, visit: Visit) -> Answer:
        """One deed of the form."""
        basket, deed = self._basket(visit), visit.get("do")
        if deed == "close":
            return self._close(visit, basket)
        basket = msgspec.structs.replace(basket, at=self._services.clock())
        typed = Screen(
            basket=basket, find=visit.get("find"), goods=visit.get("goods"), price=visit.get("new_price"),
            count=visit.get("new_count") or "1", focus="",
        )  # fmt: skip
        name, _, what = deed.partition(":")
        match name:
            case "find":
                screen = self._find(visit, typed)
            case "forget":
                member = msgspec.structs.replace(basket, member_id="", spend="none", amount="", choice="")
                screen = msgspec.structs.replace(typed, basket=member, find="", focus="find")
            case "enrol":
                screen = self._enrol(visit, typed)
            case "add":
                screen = self._add(visit, typed)
            case "pick":
                screen = self._pick(visit, typed, what)
            case "drop":
                kept = tuple(good for i, good in enumerate(basket.goods) if str(i) != what)
                screen = msgspec.structs.replace(
                    typed, basket=msgspec.structs.replace(basket, goods=kept), focus="goods"
                )
            case "gift":
                screen = msgspec.structs.replace(typed, gift=what)
            case "give":
                screen = self._give(visit, typed, what)
            case "code":
                chosen = msgspec.structs.replace(basket, codes=toggled(basket.codes, what))
                screen = msgspec.structs.replace(typed, basket=chosen)
            case _:
                screen = self._looked(typed)
        return self._page(visit, screen)

    # -- the member ---------------------------------------------------------------------------------------------

    def _find(self, visit: Visit, typed: Screen) -> Screen:
        text = typed.find.strip()
        if not text:
            return msgspec.structs.replace(typed, focus="find")
        member = self._lookup(text)
        tongue = self._tongue(visit)
        if member is None:
            return msgspec.structs.replace(typed, unknown=text, focus="enrol-name")
        if member.found_by != "active" or member.status != "active":
            code = "card_blocked" if member.status == "active" else "member_blocked"
            return msgspec.structs.replace(typed, error=refusal(Refused(code), tongue), focus="find")
        basket = msgspec.structs.replace(typed.basket, member_id=member.member_id)
        return msgspec.structs.replace(typed, basket=basket, find="", focus="goods")

    def _lookup(self, text: str) -> MemberView | None:
        for kind in FIND_KINDS:
            value = normal(kind, text)
            member = self._services.views.member(Ref(kind, value)) if value else None
            if member is not None:
                return member
        return None

    def _enrol(self, visit: Visit, typed: Screen) -> Screen:
        tongue, text, shop = self._tongue(visit), visit.get("find").strip(), self._shop(visit)
        kind = "phone" if normal("phone", text) else "card"
        value = normal(kind, text)
        if not value:
            return msgspec.structs.replace(
                typed, error=refusal(Refused("bad_identifier"), tongue), focus="find"
            )
        name = visit.get("name").strip()
        person = NewPerson(name, value if kind == "phone" else "", language=visit.language)
        consents = (("personal_data", ""),) if visit.get("consent") else ()
        command = Enrol(
            (Identifier(kind, value),), shop.programme, person, shop.id, consents=consents,
            client=f"till:{visit.staff.staff_id}", key=f"{typed.basket.receipt_id}:{value}",
        )  # fmt: skip
        outcome = self._services.counter.run([command])[0]
        if isinstance(outcome, Refused):
            return msgspec.structs.replace(typed, error=refusal(outcome, tongue), unknown=text, focus="find")
        if not outcome.replayed:
            self._services.reception.note(visit.staff, "member.enrolled", outcome.member_id, shop=shop.id)
        basket = msgspec.structs.replace(typed.basket, member_id=outcome.member_id)
        return msgspec.structs.replace(typed, basket=basket, find="", focus="goods")

    def _give(self, visit: Visit, typed: Screen, gift: str) -> Screen:
        given = give(self._services, visit, typed.basket, self._programme(visit), gift)
        if isinstance(given, Refused):
            return msgspec.structs.replace(typed, error=refusal(given, self._tongue(visit)))
        return msgspec.structs.replace(typed, basket=given, focus="goods")

    # -- goods --------------------------------------------------------------------------------------------------

    def _looked(self, typed: Screen) -> Screen:
        """What is found while goods are being typed."""
        text = typed.goods.strip()
        if len(text) < 2 or _PRICE.match(text):  # noqa: PLR2004 - one letter finds everything
            return typed
        return msgspec.structs.replace(
            typed, found=tuple(self._services.goods.find_products(text, FOUND_MAX))
        )

    def _pick(self, visit: Visit, typed: Screen, sku: str) -> Screen:
        product = self._services.goods.products([sku]).get(sku)
        if product is None:
            return msgspec.structs.replace(typed, focus="goods")
        last = self._services.prices.last_price(sku)
        price = (
            price_text(last, self._programme(visit).currency, visit.language)
            if last is not None
            else typed.price
        )
        return msgspec.structs.replace(
            typed, picked=product, goods=product.title or sku, price=price, focus="new_price"
        )

    def _add(self, visit: Visit, typed: Screen) -> Screen:
        """Add a line: goods that were picked, a scanned sku, or a price alone ("199,90" or "2 × 199,90")."""
        text, sku = typed.goods.strip(), visit.get("picked")
        if not text:
            return msgspec.structs.replace(typed, focus="goods")
        if sku or typed.price.strip():
            known = self._services.goods.products([sku]).get(sku) if sku else None
            title = text if known is None else known.title or sku
            good = Good(sku if known is not None else "", title, typed.price, typed.count)
        else:
            if self._services.goods.products([text]):
                return self._pick(visit, typed, text)
            found = _PRICE.match(text)
            if found is None:
                matches = tuple(self._services.goods.find_products(text, FOUND_MAX))
                return (
                    self._pick(visit, typed, matches[0].sku)
                    if len(matches) == 1
                    else msgspec.structs.replace(typed, found=matches, focus="" if matches else "new_price")
                )
            title = catalogue(visit.language).gettext(_FREE)
            good = Good("", title, found["price"], found["count"] or typed.count)
        basket = msgspec.structs.replace(typed.basket, goods=(*typed.basket.goods, good))
        try:
            read_lines(msgspec.structs.replace(basket, goods=(good,)), self._programme(visit).currency)
        except BadValueError as error:
            field = error.field.partition("-")[0]
            code = "bad_quantity" if field == "count" else "bad_amount"
            picked = None if not sku else self._services.goods.products([sku]).get(sku)
            return msgspec.structs.replace(
                typed, error=refusal(Refused(code), self._tongue(visit)), picked=picked, focus=f"new_{field}"
            )
        return msgspec.structs.replace(typed, basket=basket, goods="", price="", count="1", focus="goods")

    # -- the sale -----------------------------------------------------------------------------------------------

    def _count(self, visit: Visit, basket: Basket, tongue: Tongue) -> Counted:
        built = self._receipt(visit, basket)
        if isinstance(built, Counted):
            return built
        who = Ref("member", basket.member_id) if basket.member_id else None
        quoted = self._services.counter.quote([Quote(built, who)])[0]
        if isinstance(quoted, Refused):
            return Counted(error=refusal(quoted, tongue))
        return counted_words(quoted, Teller(self._programme(visit), tongue), self._shop(visit))

    def _receipt(self, visit: Visit, basket: Basket) -> Receipt | Counted:
        """The receipt of a basket, or what cannot be read."""
        tongue, programme = self._tongue(visit), self._programme(visit)
        kind = programme.spend_kind()
        try:
            lines = read_lines(basket, programme.currency)
            spend = read_spend(basket, programme.points[kind].decimals if kind else 0, kind)
        except BadValueError as error:
            code = "bad_quantity" if error.field.startswith("count") else "bad_amount"
            return Counted(error=refusal(Refused(code), tongue), wrong=error.field)
        if not lines:
            return Counted()
        receipt = receipt_of(
            basket,
            lines,
            shop=self._shop(visit).id,
            currency=programme.currency,
            cashier=visit.staff.staff_id,
        )
        return msgspec.structs.replace(receipt, spend=spend)

    def _close(self, visit: Visit, basket: Basket) -> Answer:
        tongue = self._tongue(visit)
        built = self._receipt(visit, basket)
        if isinstance(built, Counted):
            error = built.error or refusal(Refused("no_lines"), tongue)
            return self._page(
                visit, Screen(basket=basket, error=error, wrong=built.wrong, focus="goods"), 422
            )
        who = Ref("member", basket.member_id) if basket.member_id else None
        client = f"till:{visit.staff.staff_id}"
        outcome = self._services.counter.run([Close(built, who, client=client)])[0]
        if isinstance(outcome, Refused):
            return self._page(visit, Screen(basket=basket, error=refusal(outcome, tongue), focus=""), 422)
        if not outcome.replayed:
            self._services.reception.note(visit.staff, "receipt.closed", basket.receipt_id)
        return self._sold(visit, outcome, tongue)

    def _sold(self, visit: Visit, outcome: Done, tongue: Tongue) -> Answer:
        if outcome.sale is None:
            raise ClosedError(500)
        decision = outcome.sale.decision
        rules = self._services.views.catalogue().numbered(decision.programme, decision.version)
        programme = self._programme(visit) if rules is None else rules.programme
        words = sold_words(
            outcome.sale,
            outcome.balances,
            Teller(programme, tongue),
            self._shop(visit).title,
            treatment_of(programme),
        )
        fresh = Basket(self._services.new_id("rcp_"), self._services.clock())
        return self._page(visit, Screen(basket=fresh, sold=words, focus="next"))

    # -- around -------------------------------------------------------------------------------------------------

    def _basket(self, visit: Visit) -> Basket:
        return read_basket(visit, self._services.clock(), self._services.new_id("rcp_"))

    def _shops(self, visit: Visit) -> list[Shop]:
        """Shops in which this person may sell."""
        shops = self._services.views.catalogue().shops
        own = visit.staff.shop
        return [shop for _, shop in sorted(shops.items()) if not own or shop.id == own]

    def _shop(self, visit: Visit) -> Shop:
        shops = self._shops(visit)
        if not shops:
            raise ClosedError(404)
        wanted = visit.get("shop") or visit.cookies.get(SHOP_COOKIE, "")
        return next((shop for shop in shops if shop.id == wanted), shops[0])

    def _programme(self, visit: Visit) -> Programme:
        rules = self._services.views.ruleset(self._shop(visit).programme)
        if rules is None:
            raise ClosedError(404)
        return rules.programme

    def _codes(self, shop: Shop) -> bool:
        """Whether the shop's programme asks for promo codes."""
        rules = self._services.views.ruleset(shop.programme)
        return rules is not None and bool(rules.lanes[Lane.COUPONS])

    def _tongue(self, visit: Visit) -> Tongue:
        known, now, first = self._services.views.catalogue(), self._services.clock(), self._programme(visit)
        others = [
            rules.programme for id_ in known.programmes() if (rules := known.ruleset(id_, now)) is not None
        ]
        return tongue_of(visit.language, [first, *others])

    def _member(self, visit: Visit, member: MemberView | None, tongue: Tongue) -> MemberWords | None:
        views, shop = self._services.views, self._shop(visit)
        if member is None:
            return None
        holder, programme = (member.bucket, member.holder_id), shop.programme
        balances = {wallet.kind: wallet.free for wallet in views.wallets(holder)}
        level = next((row.level for row in views.standings(holder) if row.programme == programme), None)
        words = member_words(member, balances, level, views.burning(holder, days=BURN_DAYS), tongue)
        perks = perk_words(views.perks(holder, member.member_id, shop), tongue)
        return msgspec.structs.replace(words, perks=tuple(perks))

    def _page(self, visit: Visit, screen: Screen, status: int = 200) -> Answer:
        if not self._shops(visit):
            return self._closed(visit)
        tongue, shop, say = self._tongue(visit), self._shop(visit), catalogue(visit.language)
        counted = Counted() if screen.sold else self._count(visit, screen.basket, tongue)
        programme, member_id = self._programme(visit), screen.basket.member_id
        member = self._services.views.member(Ref("member", member_id)) if member_id else None
        gifts = gifts_for(self._services, programme, member, tongue)
        page = self.frame(visit)
        body = self._services.pages.render(
            "till/page.html", tongue, page=page, csrf=visit.csrf,
            shops=[
                Link(title=row.title or row.id, href=f"/till?shop={row.id}", current=row == shop) for row in self._shops(visit)
            ], s=screen, counted=counted, shop=shop,
            member=self._member(visit, member, tongue), basket=screen.basket, gifts=gifts,
            asked=next((gift for gift in gifts if gift.gift == screen.gift), None),
            choices=choices_of(programme, tongue.language), own=own_coupons(self._services, programme, screen.basket, tongue),
            error=screen.error or counted.error, wrong=screen.wrong or counted.wrong,
            spends=bool(programme.spend_kind()), codes=self._codes(shop), title=say.gettext("Till"),
        )  # fmt: skip
        cookie = Cookie(SHOP_COOKIE, value=shop.id, max_age=YEAR_SECONDS, samesite="lax", httponly=True)
        return Answer(body=body, status=status, cookies=(cookie,) if visit.query.get("shop") else ())

    def _closed(self, visit: Visit) -> Answer:
        body = self._services.pages.render(
            "till/closed.html",
            Tongue(language=visit.language),
            page=self.frame(visit),
            may=visit.staff.may(Right.WATCH),
        )
        return Answer(body=body)

    def frame(self, visit: Visit) -> Page:
        """The page around the till's screens."""
        say, staff, shops = catalogue(visit.language), visit.staff, self._shops(visit)
        shop = self._shop(visit) if shops else None
        links = [Link(title=say.gettext("Return of goods"), href="/till/return", icon="undo")]
        if staff.may(Right.WATCH):
            links.append(Link(title=say.gettext("Console"), href="/console", icon="home"))
        switchers = (
            () if shop is None or len(shops) > 1 else (Switcher(label="", current=shop.title, choices=()),)
        )
        return Page(
            title=say.gettext("Till"), lang=visit.language, theme=visit.theme, home="/till", switchers=switchers,
            person=Person(name=staff.name or staff.login, role=shop.title if shop is not None else "", links=links),
            sign_out="/sign-out", csrf=visit.csrf,
        )  # fmt: skip
