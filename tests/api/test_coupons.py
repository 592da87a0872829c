"""Coupons over HTTP: batches as CSV, a till that asks, guessing that is slowed down, receipts that tell of codes."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kopilka.api.guessing import WRONG_MAX
from kopilka.usecases.programmes import Published, Wanted

COUPONS = """
programme: club
title: {ru: Клуб, en: Club}
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 1, life: 30d, title: {ru: [бонус, бонуса, бонусов], en: [point, points]}}
coupons:
  next: {title: {ru: На следующую покупку, en: For the next purchase}, life: 30d}
  leaflet: {title: {ru: Листовка, en: Leaflet}, life: 10d, activation: true}
  spring: {title: {ru: Весна, en: Spring}, code: SPRING, uses: 2, per_member: 1}
rules:
  - {id: gift, when: {first_purchase: true}, coupon: {of: next}}
  - {id: ten, when: {coupon: next}, discount: 10%}
  - {id: leaf, when: {coupon: leaflet}, discount: {amount: 50}}
  - {id: promo, when: {coupon: spring}, discount: {amount: 30}}
"""


@pytest.fixture
def coupons(shop: Any) -> Any:
    """The shop with coupons in its programme."""
    published = shop.house.programmes.publish(Wanted(COUPONS, 1, datetime.now(UTC) - timedelta(minutes=3)))
    assert isinstance(published, Published), published
    shop.wait(shop.app.doors.refresh())
    return shop


def made(shop: Any, key: str = "k", **more: Any) -> Any:
    wish = {"programme": "club", "series": "leaflet", "count": 3, **more}
    return shop.post("/v1/coupons", wish, idempotency_key=key)


def codes_in(answer: Any) -> list[str]:
    return [row.split(",")[0] for row in answer.text.splitlines()[1:]]


def test_a_batch_leaves_as_csv_and_a_repeat_is_the_same(coupons: Any) -> None:
    first, again = made(coupons), made(coupons)
    batch = first.headers["coupon-batch"]
    listed = coupons.get("/v1/coupons/batches?programme=club&series=leaflet").json()
    codes = coupons.get(f"/v1/coupons/batches/{batch}/codes")

    assert (201, "text/csv; charset=utf-8") == (first.status_code, first.headers["content-type"])
    assert first.text == again.text
    assert "true" == again.headers["idempotent-replay"]
    assert ["code", "series", "from", "until"] == first.text.splitlines()[0].split(",")
    assert [(batch, 3)] == [(row["id"], row["count"]) for row in listed["batches"]]
    assert codes_in(first) == codes_in(codes)
    assert all(row.endswith(",new") for row in codes.text.splitlines()[1:])
    assert "key_reused" == made(coupons, count=4).json()["code"]
    assert "unknown_batch" == coupons.get("/v1/coupons/batches/cpb_0/codes").json()["code"]


def test_codes_are_listed_again_only_by_who_may(coupons: Any) -> None:
    batch = made(coupons).headers["coupon-batch"]
    key = {"Authorization": f"Bearer {coupons.key('coupons')}"}

    assert 200 == coupons.get("/v1/coupons/batches", **key).status_code
    assert 403 == coupons.get(f"/v1/coupons/batches/{batch}/codes", **key).status_code


def test_a_till_asks_activates_uses_and_is_told(coupons: Any) -> None:
    member, other = coupons.enrol("100"), coupons.enrol("200")
    code = codes_in(made(coupons))[0]
    before = coupons.get(f"/v1/coupons/{code.lower()}").json()
    mine = coupons.post(f"/v1/coupons/{code}/activate", {"member": {"card": "100"}})
    again = coupons.post(f"/v1/coupons/{code}/activate", {"member": {"id": member}})
    theirs = coupons.post(f"/v1/coupons/{code}/activate", {"member": {"id": other}}, accept_language="ru")
    own = coupons.get(f"/v1/members/{member}/coupons").json()["coupons"]
    sale = coupons.receipt("100.00", member={"id": member}, codes=[code, "WHAT"])
    closed = coupons.post("/v1/receipts/r1/close", sale, accept_language="ru").json()

    assert ("new", False, "code_not_activated") == (before["state"], before.get("usable"), before["reason"])
    assert (200, 200, 409) == (mine.status_code, again.status_code, theirs.status_code)
    assert "это чужой купон" == theirs.json()["detail"]
    assert [(code, "active", True)] == [(row["code"], row["state"], row["usable"]) for row in own]
    assert [
        {"code": "WHAT", "used": False, "reason": "code_mistyped",
         "words": "такого кода нет: проверьте, нет ли опечатки"},
        {"code": code, "used": True, "series": "leaflet", "title": "Листовка"},
    ] == closed["codes"]  # fmt: skip
    assert "50.00" == closed["paid"]
    assert "code_used" == coupons.get(f"/v1/coupons/{code}").json()["reason"]


def test_a_receipt_tells_the_coupon_that_it_gave_and_a_retry_tells_the_same(coupons: Any) -> None:
    member = coupons.enrol("100")
    sale = coupons.receipt("100.00", member={"id": member})
    quoted = coupons.post("/v1/receipts/quote", sale).json()["coupons"]
    first = coupons.post("/v1/receipts/r1/close", sale).json()["coupons"]
    again = coupons.post("/v1/receipts/r1/close", sale).json()["coupons"]
    shown = coupons.get("/v1/receipts/r1").json()["coupons"]
    own = coupons.get(f"/v1/members/{member}/coupons").json()["coupons"]

    assert [("gift", "next", "")] == [(row["rule"], row["series"], row.get("code", "")) for row in quoted]
    assert first == again == shown
    assert [(first[0]["code"], first[0]["last_on"])] == [(row["code"], row["last_on"]) for row in own]


def test_a_coupon_is_given_by_hand_once_for_a_key(coupons: Any) -> None:
    member = coupons.enrol("100")
    wish = {"programme": "club", "series": "next"}
    first = coupons.post(f"/v1/members/{member}/coupons", wish, idempotency_key="a")
    again = coupons.post(f"/v1/members/{member}/coupons", wish, idempotency_key="a")

    assert 201 == first.status_code
    assert first.json() == again.json()
    assert member == first.json()["member_id"]
    assert "series_public" == coupons.post(
        f"/v1/members/{member}/coupons", {**wish, "series": "spring"}, idempotency_key="b"
    ).json()["code"]  # fmt: skip


def test_a_cancelled_coupon_works_no_more(coupons: Any) -> None:
    code = codes_in(made(coupons))[0]
    first = coupons.post(f"/v1/coupons/{code}/cancel", {"reason": "a leak"})
    again = coupons.post(f"/v1/coupons/{code}/cancel", {"reason": "a leak"})

    assert ("cancelled", "code_withdrawn") == (first.json()["state"], first.json()["reason"])
    assert "true" == again.headers["idempotent-replay"]
    assert "code_withdrawn" == coupons.post(f"/v1/coupons/{code}/activate", {}).json()["code"]


def test_a_public_code_is_shown_with_its_limit(coupons: Any) -> None:
    fresh = coupons.get("/v1/coupons/spring").json()
    for card in ("1", "2"):
        sale = coupons.receipt("100.00", member={"id": coupons.enrol(card)}, codes=["SPRING"])
        coupons.post(f"/v1/receipts/r{card}/close", sale)
    over = coupons.get("/v1/coupons/spring", accept_language="ru").json()

    assert (True, True) == (fresh["usable"], fresh["public"])
    assert (False, "code_used_up") == (over.get("usable"), over["reason"])
    assert "код больше не действует: он был на 2\u00a0применения, и все они израсходованы" == over["words"]


def test_a_code_that_is_good_once_is_used_once_by_many_at_once(coupons: Any) -> None:
    code = codes_in(made(coupons))[0]
    coupons.post(f"/v1/coupons/{code}/activate", {})
    sale = coupons.receipt("100.00", codes=[code])

    async def all_at_once() -> list[Any]:
        calls = [coupons.ask("POST", f"/v1/receipts/race{n}/close", sale) for n in range(24)]
        return list(await asyncio.gather(*calls))

    answers = [answer.json() for answer in coupons.wait(all_at_once())]

    assert ["100.00"] * 23 + ["50.00"] == sorted(row["paid"] for row in answers)
    assert 1 == sum(row["codes"][0]["used"] for row in answers)


def test_who_tries_too_many_codes_waits_and_the_sold_is_never_refused(coupons: Any) -> None:
    key = {"Authorization": f"Bearer {coupons.key('receipts')}"}
    tried = [coupons.get(f"/v1/coupons/WRONG{n}", **key).status_code for n in range(WRONG_MAX - 2)]
    sale = coupons.receipt("100.00", codes=["NO1", "NO2"])
    quoted = coupons.post("/v1/receipts/quote", sale, **key)
    refused = coupons.post("/v1/receipts/quote", sale, **key)
    shown = coupons.get("/v1/coupons/SPRING", accept_language="ru", **key)
    without = coupons.post("/v1/receipts/quote", coupons.receipt("100.00"), **key)
    sold = coupons.post("/v1/receipts/r1/close", {**sale, "sold": True}, **key)

    assert {404} == set(tried)
    assert (200, 429, 429) == (quoted.status_code, refused.status_code, shown.status_code)
    assert 0 < int(refused.headers["retry-after"]) <= 61
    assert shown.json()["detail"].startswith("Слишком много неверных кодов")
    assert (200, 200) == (without.status_code, sold.status_code)
    assert 200 == coupons.get("/v1/coupons/SPRING").status_code
