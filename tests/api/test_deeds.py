"""Actions, gifts, payouts, perks and facts of members over HTTP."""

from typing import Any

import pytest

from kopilka.usecases.ports import Product
from kopilka.usecases.programmes import Published, Wanted

GIFTS = """
programme: treats
title: {ru: Угощения, en: Treats}
currency: RUB
zone: Europe/Moscow
points:
  star: {decimals: 1, title: {ru: [звезда, звезды, звёзд], en: [star, stars]}}
  cash: {worth: 1.00, decimals: 2, payout: yes}
perks:
  consultant: {title: {ru: Личный консультант, en: Personal consultant}, note: {ru: Позовите Ольгу, en: Call Olga}}
rules:
  - {id: review, on: action, when: {action: review}, earn: {points: 50, kind: star}}
  - {id: friend, when: {tag: vip}, perk: consultant}
gifts:
  mug: {points: 40, stock: 2, per_member: 1, sku: mug-1, title: {ru: Кружка, en: Mug}}
  pipe: {points: 1, sku: pipe}
"""


@pytest.fixture
def treats(shop: Any) -> Any:
    published = shop.house.programmes.publish(Wanted(GIFTS, 0))
    assert isinstance(published, Published), published
    shop.house.reference.put_products([Product("pipe", product_class="tobacco")], shop.house.clock())
    return shop


def act(shop: Any, member: str, ref: str = "r1", **more: Any) -> Any:
    body = {"programme": "treats", "action": "review", "ref": ref, **more}
    return shop.post(f"/v1/members/{member}/actions", body)


def redeem(shop: Any, member: str, gift: str = "mug", key: str = "k", **more: Any) -> Any:
    body = {"programme": "treats", "gift": gift, **more}
    return shop.post(f"/v1/members/{member}/gifts", body, idempotency_key=key)


def test_a_review_is_rewarded_once_without_any_header(treats: Any) -> None:
    member, other = treats.enrol(), treats.enrol("200")
    first, again, theirs = act(treats, member), act(treats, member), act(treats, other)

    assert (200, {"star": "50.0"}) == (first.status_code, first.json()["points"])
    assert [("review", "star", "50.0")] == [
        (r["rule"], r["kind"], r["points"]) for r in first.json()["earned"]
    ]
    assert (first.json(), "true") == (again.json(), again.headers["idempotent-replay"])
    assert (409, "action_exists") == (theirs.status_code, theirs.json()["code"])


def test_a_deleted_review_is_taken_back(treats: Any) -> None:
    member = treats.enrol()
    act(treats, member)
    body = {"programme": "treats", "action": "review", "ref": "r1"}
    gone = treats.post("/v1/actions/take-back", body).json()

    assert ({"star": "-50.0"}, "0.0") == (gone["points"], gone["balances"]["star"]["total"])
    assert 404 == treats.post("/v1/actions/take-back", {**body, "ref": "r2"}).status_code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"action": "like"}, "unknown_action"),
        ({"programme": "x"}, "unknown_programme"),
        ({"ref": ""}, "invalid"),
        ({"ref": "x" * 201}, "invalid"),
        ({"ref": "a\0b"}, "invalid"),
        ({"ref": 5}, "invalid"),
        ({"at": "2020-01-01T00:00:00"}, "invalid"),
        ({"at": "2099-01-01T00:00:00Z"}, "in_the_future"),
        ({"points": 1000}, "invalid"),
    ],
)
def test_a_wrong_action_is_refused_and_writes_nothing(treats: Any, change: Any, code: str) -> None:
    member, before = treats.enrol(), 0
    before = treats.written()

    assert code == act(treats, member, **change).json()["code"]
    assert before == treats.written()


def test_the_catalogue_tells_what_is_left_and_why_not(treats: Any) -> None:
    member = treats.enrol()
    all_, mine = (
        treats.get(f"/v1/programmes/treats/gifts{query}", accept_language="ru").json()["gifts"]
        for query in ("", f"?member={member}")
    )

    assert [("mug", "Кружка", "40.0", 2, 2), ("pipe", "pipe", "1.0", None, None)] == [
        (row["id"], row["title"], row["points"], row.get("stock"), row.get("left")) for row in all_
    ]
    assert [None, "no_gift_goods"] == [row.get("closed") for row in all_]
    assert ["not_enough_points", "no_gift_goods"] == [row.get("closed") for row in mine]
    assert 404 == treats.get("/v1/programmes/nowhere/gifts").status_code
    assert 404 == treats.get("/v1/programmes/treats/gifts?member=mem_x").status_code


def test_a_gift_goes_out_once_and_comes_back(treats: Any) -> None:
    member = treats.enrol()
    act(treats, member)
    first, again = redeem(treats, member), redeem(treats, member)

    assert (201, "Кружка", "mug-1", "40.0", "10.0") == (
        first.status_code, *(first.json()[name] for name in ("title", "sku", "points")),
        first.json()["balances"]["star"]["total"],
    )  # fmt: skip
    assert (first.json(), "true") == (again.json(), again.headers["idempotent-replay"])
    assert "gift_limit" == redeem(treats, member, key="other").json()["code"]
    back = treats.post(f"/v1/gifts/{first.json()['id']}/return").json()
    assert ({"star": "40.0"}, "50.0") == (back["points"], back["balances"]["star"]["total"])
    assert 2 == treats.get("/v1/programmes/treats/gifts").json()["gifts"][0]["left"]
    assert 404 == treats.post("/v1/gifts/txn_nothing/return").status_code


def test_forty_ask_at_once_for_two_mugs(treats: Any) -> None:
    members = [treats.enrol(str(number)) for number in range(20)]
    for number, member in enumerate(members):
        act(treats, member, f"r{number}")
    body = {"programme": "treats", "gift": "mug"}
    asked = [
        treats.soon(treats.ask("POST", f"/v1/members/{member}/gifts", body, idempotency_key=f"{member}-{n}"))
        for member in members
        for n in range(2)
    ]
    answers = [each.result(120) for each in asked]

    assert 2 == sum(answer.status_code == 201 for answer in answers)
    codes = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert codes <= {"out_of_stock", "gift_limit", "not_enough_points"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"gift": "car"}, "unknown_gift"),
        ({"gift": "pipe"}, "no_gift_goods"),
        ({"pieces": 0}, "invalid"),
        ({"pieces": 1.5}, "invalid"),
        ({"pieces": 10**12}, "invalid"),
        ({"pieces": 3}, "out_of_stock"),
        ({"programme": "club"}, "unknown_gift"),
    ],
)
def test_a_wrong_wish_leaves_the_points(treats: Any, change: Any, code: str) -> None:
    member = treats.enrol()
    act(treats, member)
    before = treats.written()

    assert code == redeem(treats, member, **change).json()["code"]
    assert before == treats.written()


def test_a_refusal_speaks_the_readers_language(treats: Any) -> None:
    member = treats.enrol()
    act(treats, member)
    said = {
        tag: treats.post(
            f"/v1/members/{member}/gifts", {"programme": "treats", "gift": "mug", "pieces": 3},
            idempotency_key="k", accept_language=tag,
        ).json()["detail"]
        for tag in ("ru", "en")
    }  # fmt: skip

    assert "Столько таких подарков нет, осталось: 2." == said["ru"].replace("\u00a0", " ")
    assert "There are not enough of these gifts: 2 left." == said["en"].replace("\u00a0", " ")


def test_money_is_paid_out_with_the_number_of_its_order(treats: Any) -> None:
    member = treats.enrol()
    wish = {"kind": "cash", "points": "70.50", "reason": "x"}
    treats.post(f"/v1/members/{member}/adjust", wish, idempotency_key="give")
    body = {"kind": "cash", "points": "50.25", "reference": "order 17"}
    path = f"/v1/members/{member}/payouts"
    paid, again = (treats.post(path, body, idempotency_key="p") for _ in range(2))

    assert (201, "50.25", "50.25", "RUB") == (
        paid.status_code, *(paid.json()[name] for name in ("points", "amount", "currency")),
    )  # fmt: skip
    assert paid.json() == again.json()
    codes = [
        treats.post(path, {**body, **change}, idempotency_key=f"q{n}").json()["code"]
        for n, change in enumerate(
            (
                {"kind": "star", "points": 1},
                {"kind": "gold", "points": 5},
                {"points": 0},
                {"points": "1.234"},
                {"reference": " "},
            )
        )
    ]
    assert ["no_payout", "unknown_points", "nothing_to_adjust", "invalid", "invalid"] == codes
    assert "not_enough_points" == treats.post(path, body, idempotency_key="r").json()["code"]


def test_a_tag_brings_a_perk_and_takes_it_away(treats: Any) -> None:
    member = treats.enrol()
    act(treats, member)
    path = f"/v1/members/{member}"
    plain = treats.get(path).json().get("perks", [])
    treats.call("PATCH", path, {"add_tags": ["vip"]})
    perks = treats.get(path, accept_language="ru").json()["perks"]

    assert [] == plain
    assert [("consultant", "Личный консультант", "Позовите Ольгу", "friend")] == [
        (row["id"], row["title"], row["note"], row["rule"]) for row in perks
    ]
    assert perks == treats.get(f"{path}/perks", accept_language="ru").json()["perks"]
    treats.call("PATCH", path, {"remove_tags": ["vip"]})
    assert [] == treats.get(f"{path}/perks").json()["perks"]


def test_facts_change_one_by_one(shop: Any) -> None:
    member = shop.enrol()
    path = f"/v1/members/{member}"
    shop.call("PATCH", path, {"tags": ["b", "a"], "person": {"attributes": {"pet": "cat", "size": "M"}}})
    shop.call(
        "PATCH",
        path,
        {"add_tags": ["c", "a"], "remove_tags": ["b"], "person": {"attributes": {"pet": None, "shoe": "42"}}},
    )
    found = shop.get(path).json()

    assert (["a", "c"], {"size": "M", "shoe": "42"}) == (found["tags"], found["person"]["attributes"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"add_tags": [""]}, "invalid"),
        ({"add_tags": ["x" * 65]}, "bad_tag"),
        ({"add_tags": [" x"]}, "bad_tag"),
        ({"add_tags": ["a\nb"]}, "bad_tag"),
        ({"add_tags": [f"t{n}" for n in range(101)]}, "invalid"),
        ({"add_tags": "vip"}, "invalid"),
        ({"person": {"attributes": {"pet": "x" * 129}}}, "invalid"),
        ({"person": {"attributes": {"pet": ""}}}, "bad_attribute"),
        ({"person": {"attributes": {"": "x"}}}, "invalid"),
        ({"person": {"attributes": {"p" * 65: "x"}}}, "bad_attribute"),
        ({"person": {"attributes": {"pet": 5}}}, "invalid"),
        ({"person": {"attributes": {"pe\0t": "x"}}}, "invalid"),
        ({"person": {"attributes": {f"n{n}": "x" for n in range(51)}}}, "invalid"),
        ({"person": {"attributes": []}}, "invalid"),
    ],
)
def test_facts_that_cannot_be_kept_are_refused(shop: Any, body: Any, code: str) -> None:
    member = shop.enrol()
    answer = shop.call("PATCH", f"/v1/members/{member}", body)

    assert (422, code) == (answer.status_code, answer.json()["code"])
    assert [] == shop.get(f"/v1/members/{member}").json().get("tags", [])


def test_fifty_facts_and_no_more(shop: Any) -> None:
    member = shop.enrol()
    path = f"/v1/members/{member}"
    first = shop.call("PATCH", path, {"person": {"attributes": {f"n{n}": "x" for n in range(50)}}})
    more = shop.call("PATCH", path, {"person": {"attributes": {"one": "x"}}})
    swapped = shop.call("PATCH", path, {"person": {"attributes": {"one": "x", "n0": None}}})

    assert [200, 422, 200] == [first.status_code, more.status_code, swapped.status_code]


def test_tags_added_at_once_all_stay(shop: Any) -> None:
    member = shop.enrol()
    asked = [
        shop.soon(shop.ask("PATCH", f"/v1/members/{member}", {"add_tags": [f"t{n}"]})) for n in range(12)
    ]
    statuses = {each.result(60).status_code for each in asked}

    assert ({200}, 12) == (statuses, len(shop.get(f"/v1/members/{member}").json()["tags"]))


def test_an_album_without_a_name_is_found_by_its_code(treats: Any) -> None:
    body = {"programme": "treats", "identifiers": [{"kind": "qr", "value": "ALBUM-7"}]}
    album = treats.post("/v1/members", body, idempotency_key="a").json()["id"]
    act(treats, album)
    found = treats.get("/v1/members/find?qr=ALBUM-7").json()

    assert (album, {"language": "ru"}) == (found["id"], {k: v for k, v in found["person"].items() if v})
