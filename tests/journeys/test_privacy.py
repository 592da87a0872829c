"""A person who is known from everywhere is erased: no trace is left, the nameless ledger is sound, an act says so."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from crm_site import Site, done
from till_shopify import ShopifyShop, line, order, refund
from trading import Trading, trading

from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.commands import Adjust, Close, Hold, Ref
from kopilka.usecases.erase_member import Erased, ErasureWish
from kopilka.usecases.outcomes import Done, Refused

PEOPLE = count(1)
COCOA = [line(11, "cocoa", 1, 20_000)]
SEEN = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database) as made:
        yield made


class Person:
    """Somebody with names that are found nowhere else."""

    def __init__(self, shop: Trading) -> None:
        n = next(PEOPLE)
        self.shop = shop
        self.phone, self.email, self.card = (
            f"+79165550{n:03}",
            f"appolinaria{n}@example.com",
            f"77001234{n:04}",
        )
        self.surname, self.street = f"Верещагина{'абвгдежз'[n % 8]}{n}ова", f"Кривоколенный{n}й"
        self.key = _key(shop)

    def api(self, method: str, path: str, content: Any = None, key: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Idempotency-Key": key} if key else {})
        return httpx.request(method, self.shop.url + path, json=content, headers=headers, timeout=30)

    def join(self) -> str:
        content = {
            "programme": "club", "shop": "shop", "tags": [f"знакомая {self.surname}"],
            "person": {
                "name": f"Аполлинария {self.surname}", "phone": self.phone, "email": self.email, "birthday": "1987-03-14",
                "attributes": {"улица": self.street},
            },
            "identifiers": [{"kind": "card", "value": self.card}],
            "consents": [{"purpose": "personal_data"}, {"purpose": "advertising", "channel": "sms"}],
        }  # fmt: skip
        joined = self.api("POST", "/v1/members", content, f"join-{self.phone}")
        assert 201 == joined.status_code, joined.text
        return str(joined.json()["id"])

    def customer(self, **more: Any) -> dict[str, Any]:
        """As a web shop knows them."""
        names = {"first_name": "Аполлинария", "last_name": self.surname}
        return {"id": 4_711_042, "phone": self.phone, "email": self.email, **names, **more}

    def erase(self, member: str, **more: Any) -> dict[str, Any]:
        answer = self.api("POST", f"/v1/members/{member}/erase", more)
        assert 200 == answer.status_code, answer.text
        return dict(answer.json())

    def traces(self) -> list[str]:
        """Where in the whole database something of the person stands."""
        return traces(self.shop, [self.surname, self.street, self.email, self.phone[-10:], self.card])


def _key(shop: Trading) -> str:
    made = shop.house.keys.create("everything", ("admin",), actor="test")
    assert not isinstance(made, Refused)
    return made[1]


def traces(shop: Trading, words: list[str]) -> list[str]:
    """Columns of any table in which one of some texts stands, as it is or in bytes, in JSON or in a list."""
    columns = shop.rows(
        "SELECT c.table_schema, c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
        " JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.table_schema IN ('public', 'personal') AND t.table_type = 'BASE TABLE'"
        " AND c.data_type IN ('text', 'json', 'jsonb', 'ARRAY', 'bytea', 'character varying')"
    )
    pattern = "|".join(re.escape(word) for word in words)
    found = []
    for schema, table, column, kind in columns:
        said = f'"{column}"::text' if kind != "bytea" else f"encode(\"{column}\", 'escape')"
        wanted = pattern if kind != "bytea" else "|".join(escaped(word) for word in words)
        rows = shop.rows(f'SELECT {said} FROM {schema}."{table}" WHERE {said} ~* %s LIMIT 1', wanted)  # noqa: S608
        found += [f"{schema}.{table}.{column}: {row[0][:200]}" for row in rows]
    return found


def escaped(word: str) -> str:
    """A text in bytes as PostgreSQL escapes them."""
    return "".join(chr(b) if b < 128 else f"\\\\{b:03o}" for b in word.encode()).replace("+", r"\+")


def receipt(id_: str, minor: int, **more: Any) -> Receipt:
    return Receipt(
        id_, "shop", datetime.now(UTC), "RUB", (Line("1", "tea-100", 1_000, minor, title="Чай"),), **more
    )


def carried(shop: Trading, command: Any) -> Done:
    outcome = shop.house.desk().run([command])[0]
    assert isinstance(outcome, Done), outcome
    return outcome


class Webshop:
    """A connected shop that tells of its customers."""

    def __init__(self, shop: Trading, **settings: str) -> None:
        self.shop = shop
        self.connection, secret = shop.connect("shopify", **settings)
        self._shop = ShopifyShop(self.connection, secret)

    def tell(self, topic: str, body: dict[str, Any]) -> str:
        """Tell; what became of it."""
        inbox, id_ = self.shop.house.inbox, self.connection.connection_id
        assert 200 == self.shop.call(self._shop.call(topic, body)).status
        self.shop.work_inbox()
        self.shop.until(lambda: all(item.tries for item in inbox.items(id_)))
        return inbox.items(id_)[0].outcome


def known_everywhere(anna: Person, tea: Webshop) -> str:
    """Bought before she joined, which waits for her; joined by the API; told of by two shops; sells and reserves."""
    shop = anna.shop
    site, wary = Site(shop), Site(shop, confirm_registration="yes")
    tea.tell("orders/paid", order(1, COCOA, state="paid", customer=anna.customer(), note=anna.street))
    member = anna.join()
    tea.tell("customers/create", anna.customer(created_at=SEEN, updated_at=SEEN))
    tea.tell("orders/paid", order(2, COCOA, state="paid", customer=anna.customer()))
    site.join("42", anna.phone)
    wary.client.loyalty_account_activate(wary.join("43", anna.phone)["id"])
    assert wary.sent_code(anna.phone)
    item = {
        "offer": {"externalId": "tea-100"},
        "initialPrice": 300,
        "quantity": 1,
        "comment": f"для {anna.surname}",
    }
    done(site.client.order_create({
        "externalId": "a-1", "number": "A-1", "status": "new", "firstName": "Аполлинария", "lastName": anna.surname,
        "phone": anna.phone, "email": anna.email, "customer": {"externalId": "42"}, "items": [item],
        "delivery": {"cost": "0", "address": {"text": anna.street}}, "customerComment": f"{anna.surname}, {anna.street}",
    }, "shop"))  # fmt: skip
    shop.house.verifications.show_code(member)
    carried(shop, Adjust(Ref("member", member), "bonus", 5_000, "a gift", "test", f"g-{member}"))
    carried(shop, Hold(receipt(f"held-{member}", 4_000), Ref("phone", anna.phone)))
    carried(shop, Close(receipt(f"sold-{member}", 50_000), Ref("card", anna.card)))
    return member


def test_a_person_known_from_everywhere_leaves_no_trace(shop: Trading) -> None:
    anna, tea = Person(shop), Webshop(shop, enrol="all")
    member = known_everywhere(anna, tea)
    places = {found.split(":")[0].rpartition(".")[0] for found in anna.traces()}
    tables = ("person", "identifier", "foreign_document", "inbox", "message", "verification")
    assert {f"personal.{table}" for table in tables} | {"public.member", "public.claim"} <= places
    act = anna.erase(member)

    assert [] == anna.traces()
    assert (0, 0) == shop.balance(member)
    kinds = {
        "name",
        "phone",
        "email",
        "birthday",
        "attributes",
        "card_identifier",
        "phone_identifier",
        "tags",
    }
    assert kinds <= act["counts"].keys()
    assert 2 == act["counts"]["consents"]
    assert act["counts"]["documents"] >= 4
    assert [("released",)] == shop.rows("SELECT state FROM receipt WHERE receipt_id = %s", f"held-{member}")
    view = shop.seen("member", member)
    assert view is not None
    assert ("erased", (), ()) == (view.status, view.tags, view.identifiers)
    shop.sound()


def test_after_an_erasure_a_repeat_is_the_same_act_and_who_comes_with_the_phone_is_somebody_new(
    shop: Trading,
) -> None:
    anna, tea = Person(shop), Webshop(shop, enrol="all")
    member = anna.join()
    tea.tell("orders/paid", order(2, COCOA, state="paid", customer=anna.customer()))
    act = anna.erase(member)

    assert act == anna.erase(member)
    again = shop.house.privacy.erasures.erase(ErasureWish(member, "somebody"))
    assert isinstance(again, Erased)
    assert (act["id"], True, True) == (again.act.act_id, again.replayed, again.act.untouched)
    # What was booked can still come back, and brings nobody back.
    assert "" == tea.tell("refunds/create", refund(5, 2, [(11, 1, 20_000)], minutes=9))
    assert [] == traces(shop, [anna.phone[-10:]])
    # Whoever buys with the same phone from now on is somebody new.
    tea.tell("customers/create", anna.customer(id=4_711_043, created_at=SEEN, updated_at=SEEN))
    tea.tell("orders/paid", order(3, COCOA, state="paid", customer=anna.customer(id=4_711_043)))
    fresh = shop.seen("phone", anna.phone)
    assert fresh is not None
    assert member != fresh.member_id
    assert (1_000, 1_000) == shop.balance(fresh.member_id)


def test_an_order_of_a_site_can_be_cancelled_after_its_buyer_was_erased(shop: Trading) -> None:
    anna, site = Person(shop), Site(shop)
    member = anna.join()
    site.join("77", anna.phone)
    order_ = {
        "externalId": "b-1", "number": "B-1", "status": "new", "firstName": anna.surname, "phone": anna.phone,
        "customer": {"externalId": "77"}, "delivery": {"cost": 100, "address": {"text": anna.street}},
        "items": [{"offer": {"externalId": "tea-100"}, "initialPrice": 300, "quantity": 2}],
    }  # fmt: skip
    done(site.client.order_create(order_, "shop"))
    done(site.client.order_edit({"externalId": "b-1", "status": "complete"}, "externalId", "shop"))
    sold = shop.rows("SELECT receipt_id, state FROM receipt WHERE member_id = %s", member)
    assert ["closed"] == [state for _, state in sold]
    anna.erase(member)

    told = done(site.client.order("b-1", "externalId", "shop"))["order"]
    assert [] == [word for word in (anna.surname, anna.phone, anna.street) if word in str(told)]
    done(site.client.order_edit({"externalId": "b-1", "status": "cancel-other"}, "externalId", "shop"))
    back = shop.rows("SELECT refund_minor FROM receipt_return WHERE receipt_id = %s", sold[0][0])
    assert [(70_000,)] == back
    assert [] == anna.traces()


def test_requests_of_a_shop_end_with_the_erasure_and_a_repeat_is_done_already(shop: Trading) -> None:
    anna, tea = Person(shop), Webshop(shop)
    member, told = anna.join(), tea.tell
    body = {"customer": {"id": 77, "email": anna.email, "phone": anna.phone}, "orders_to_redact": []}

    assert "" == told("customers/redact", body)
    assert "" == told("customers/data_request", {**body, "data_request": {"id": 5}, "orders_requested": []})
    requests = shop.house.privacy.requests
    assert {("erase", member), ("export", member)} == {
        (row.wish, row.member_id) for row in requests.of_member(member)
    }
    assert {timedelta(days=30)} == {row.due_at - row.asked_at for row in requests.of_member(member)}
    (erasing,) = [row for row in requests.of_member(member) if row.wish == "erase"]
    early = requests.done(erasing.request_id, "staff")
    assert isinstance(early, Refused)
    assert "not_erased_yet" == early.code

    act = anna.erase(member, ground="shop")

    assert ([erasing.request_id], tea.connection.connection_id) == (act["requests"], act["connection"])
    assert [] == requests.of_member(member)
    ended = {row.wish: (row.state, row.content) for row in requests.ended() if row.member_id == member}
    assert {"erase": ("done", {}), "export": ("dismissed", {})} == ended
    assert "done_already" == told("customers/redact", body)
    assert [] == requests.of_member(member)
    # Who joins anew and asks again is asked about anew.
    fresh = anna.api(
        "POST", "/v1/members", {"programme": "club", "person": {"phone": anna.phone}}, "again"
    ).json()["id"]
    assert "" == told("customers/redact", body)
    assert [fresh] == [row.member_id for row in requests.of_member(fresh)]
    anna.erase(fresh)


def test_a_shop_that_asks_to_erase_nobody_of_ours_is_answered_at_once(shop: Trading) -> None:
    connection, secret = shop.connect("shopify")
    tea = ShopifyShop(connection, secret)
    body = {"customer": {"id": 78, "phone": "+79165559999"}, "orders_to_redact": []}
    shop.call(tea.call("customers/redact", body))
    shop.work_inbox()
    shop.until(lambda: all(item.tries for item in shop.house.inbox.items(connection.connection_id)))

    mine = [
        row for row in shop.house.privacy.requests.ended() if row.connection_id == connection.connection_id
    ]
    assert [("done", "nobody")] == [(row.state, row.reason) for row in mine]


def test_a_delivery_that_waits_and_names_the_person_is_not_worked_through_any_more(shop: Trading) -> None:
    anna = Person(shop)
    member = anna.join()
    connection, _ = shop.connect("shopify")
    bare = anna.phone.removeprefix("+7")
    written = f"8 ({bare[:3]}) {bare[3:6]}-{bare[6:8]}-{bare[8:]}"
    shop.clock.ahead = timedelta(days=-1)
    shop.house.inbox.accept(
        connection.connection_id, "mine", "orders/paid", f'{{"phone": "{written}"}}'.encode()
    )
    shop.house.inbox.accept(connection.connection_id, "other", "nothing", b'{"phone": "+79990001122"}')
    shop.clock.ahead = timedelta(0)
    shop.rows(
        "UPDATE personal.inbox SET due_at = now() + interval '1 hour' WHERE connection_id = %s RETURNING 1",
        connection.connection_id,
    )

    anna.erase(member)

    rows = shop.rows(
        "SELECT delivery_id, done_at IS NULL, length(body) > 0, outcome FROM personal.inbox WHERE connection_id = %s"
        " ORDER BY delivery_id", connection.connection_id,
    )  # fmt: skip
    assert [("mine", False, False, "erased"), ("other", True, True, "")] == rows


def test_what_somebody_writes_about_an_erased_member_is_swept_away(shop: Trading) -> None:
    anna = Person(shop)
    member = anna.join()
    anna.erase(member)
    late = shop.house.verifications.send(
        "verify_phone", anna.phone, lambda code: f"код {code}", member_id=member
    )
    assert not isinstance(late, Refused)
    changed = anna.api("PATCH", f"/v1/members/{member}", {"person": {"name": anna.surname}})

    assert (409, "member_erased") == (changed.status_code, changed.json()["code"])
    assert shop.house.privacy.erasures.sweep() > 0
    assert [] == anna.traces()
    assert 0 == shop.house.privacy.erasures.sweep()


def test_an_export_tells_all_that_is_known_and_is_logged(shop: Trading) -> None:
    anna = Person(shop)
    member = anna.join()
    carried(shop, Close(receipt(f"bought-{member}", 50_000), Ref("card", anna.card)))
    told = anna.api("GET", f"/v1/members/{member}/export").json()

    assert (f"Аполлинария {anna.surname}", anna.phone, "1987-03-14") == tuple(
        told["person"][name] for name in ("name", "phone", "birthday")
    )
    assert [("500.00", "Чай", "1.000")] == [
        (row["paid"], row["lines"][0]["title"], row["lines"][0]["quantity"]) for row in told["receipts"]
    ]
    assert [("close", "25.00")] == [(row["what"], row["points"]) for row in told["movements"]]
    assert {"personal_data", "advertising"} == {row["purpose"] for row in told["consents"]}
    assert [1] == list(
        shop.rows(
            "SELECT count(*) FROM staff_action WHERE action = 'member.exported' AND subject = %s", member
        )[0]
    )
    anna.erase(member)
    assert 409 == anna.api("GET", f"/v1/members/{member}/export").status_code


def test_a_key_without_the_scope_may_neither_read_nor_erase(shop: Trading) -> None:
    anna = Person(shop)
    member = anna.join()
    weak = shop.house.keys.create("a till", ("members:read", "members:write"), actor="test")
    assert not isinstance(weak, Refused)
    anna.key = weak[1]

    assert 403 == anna.api("POST", f"/v1/members/{member}/erase", {}).status_code
    assert 403 == anna.api("GET", f"/v1/members/{member}/export").status_code


def test_nobody_can_be_erased_who_is_not_known(shop: Trading) -> None:
    anna = Person(shop)
    answer = anna.api("POST", "/v1/members/mem_nobody/erase", {})
    wrong = anna.api("POST", "/v1/members/mem_nobody/erase", {"ground": "a whim"})

    assert (404, "unknown_member") == (answer.status_code, answer.json()["code"])
    assert 422 == wrong.status_code
