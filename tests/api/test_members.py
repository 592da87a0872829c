from datetime import UTC, datetime, timedelta
from typing import Any


def test_a_member_is_enrolled_once_for_a_key(shop: Any) -> None:
    body = {"programme": "club", "person": {"phone": "8 916 123-45-67", "name": "Анна"}}

    first = shop.post("/v1/members", body, idempotency_key="a")
    again = shop.post("/v1/members", body, idempotency_key="a")

    assert (201, 201, first.json()) == (first.status_code, again.status_code, again.json())
    assert "true" == again.headers["idempotent-replay"]


def test_enrolling_needs_a_key(shop: Any) -> None:
    answer = shop.post("/v1/members", {"programme": "club", "person": {"phone": "+79161234567"}})

    assert (400, "key_required") == (answer.status_code, answer.json()["code"])


def test_an_identifier_belongs_to_one_member(shop: Any) -> None:
    shop.enrol("100")
    body = {"programme": "club", "identifiers": [{"kind": "card", "value": "100"}]}

    answer = shop.post("/v1/members", body, idempotency_key="other")

    assert (409, "identifier_taken") == (answer.status_code, answer.json()["code"])


def test_a_member_is_found_by_every_identifier(shop: Any) -> None:
    body = {
        "programme": "club",
        "person": {"phone": "8 916 123-45-67", "email": "Anna@Example.ru", "name": "Анна Хозяйкина"},
        "identifiers": [{"kind": "card", "value": "2000 1"}, {"kind": "external", "value": "crm-1"}],
    }
    id_ = shop.post("/v1/members", body, idempotency_key="a").json()["id"]
    ways = (
        "card=20001",
        "phone=%2B79161234567",
        "phone=89161234567",
        "email=anna@example.ru",
        "external=crm-1",
    )

    found = [shop.get(f"/v1/members/find?{way}").json()["id"] for way in ways]
    searched = [
        shop.get(f"/v1/members?q={part}").json()["members"]
        for part in ("%D0%B0%D0%BD%D0%BD%D0%B0", "916123", "20001")
    ]

    assert [id_] * len(ways) == found
    assert [[id_]] * 3 == [[row["id"] for row in rows] for rows in searched]


def test_pages_of_members_do_not_overlap(shop: Any) -> None:
    ids = [shop.enrol(f"card-{n}") for n in range(5)]

    first = shop.get("/v1/members?limit=3").json()
    second = shop.get(f"/v1/members?limit=3&cursor={first['next']}").json()

    assert sorted(ids) == sorted(row["id"] for page in (first, second) for row in page["members"])
    assert "next" not in second


def test_a_blocked_card_buys_nothing_but_its_replacement_does(shop: Any) -> None:
    member = shop.enrol("100")
    shop.post(f"/v1/members/{member}/cards/100/block")
    body = shop.receipt(member={"card": "100"})
    blocked = shop.post("/v1/receipts/quote", body).json()

    shop.post(f"/v1/members/{member}/cards/100/unblock")
    replaced = [shop.post(f"/v1/members/{member}/cards/100/replace", {"number": "200"}) for _ in range(2)]

    new = shop.post("/v1/receipts/quote", {**body, "member": {"card": "200"}})
    old = shop.post("/v1/receipts/quote", body).json()
    assert ("card_blocked", "card_blocked") == (blocked["code"], old["code"])
    assert ([200, 200], member) == ([each.status_code for each in replaced], new.json()["member_id"])


def test_personal_data_changes_field_by_field_and_the_audit_names_no_person(shop: Any) -> None:
    member = shop.enrol()
    shop.call("PATCH", f"/v1/members/{member}", {"person": {"name": "Анна", "phone": "+79161234567"}})

    answer = shop.call("PATCH", f"/v1/members/{member}", {"person": {"phone": None}, "tags": ["vip"]}).json()

    with shop.house.pool.connection() as connection:
        acts = connection.execute(
            "SELECT action, detail::text FROM staff_action WHERE subject = %s", (member,)
        ).fetchall()
    assert ({"name": "Анна", "language": "ru"}, ["vip"]) == (answer["person"], answer["tags"])
    assert 404 == shop.get("/v1/members/find?phone=%2B79161234567").status_code
    assert len(acts) == 2
    assert not any("Анна" in str(detail) or "7916" in str(detail) for _, detail in acts)


def test_points_by_hand_need_a_reason_and_a_key(shop: Any) -> None:
    member = shop.enrol()
    wish = {"kind": "bonus", "points": "50.5", "reason": "an apology"}

    without = shop.post(f"/v1/members/{member}/adjust", wish).json()["code"]
    silent = shop.post(f"/v1/members/{member}/adjust", {**wish, "reason": ""}, idempotency_key="a").json()[
        "code"
    ]
    given = shop.post(f"/v1/members/{member}/adjust", wish, idempotency_key="a").json()
    again = shop.post(f"/v1/members/{member}/adjust", wish, idempotency_key="a")
    other = shop.post(f"/v1/members/{member}/adjust", {**wish, "points": "1"}, idempotency_key="a").json()[
        "code"
    ]

    assert ("key_required", "invalid", "key_reused") == (without, silent, other)
    assert given == again.json()
    assert "50.5" == given["balances"]["bonus"]["total"]


def test_points_are_not_taken_below_nothing(shop: Any) -> None:
    member = shop.enrol(points="10.0")
    wish = {"kind": "bonus", "points": "-10.1", "reason": "a mistake"}

    answer = shop.post(f"/v1/members/{member}/adjust", wish, idempotency_key="x", accept_language="en").json()

    assert "not_enough_points" == answer["code"]
    assert "10.1 points asked" in answer["detail"].replace("\u00a0", " ")


def test_points_are_exchanged_as_often_as_they_last(shop: Any) -> None:
    member = shop.enrol(points="25.0")
    wish = {"kind": "bonus", "points": "10", "gift": "mug", "times": 5}

    answer = shop.post(f"/v1/members/{member}/exchange", wish, idempotency_key="x").json()

    assert ("20.0", "5.0") == (answer["points"], answer["balances"]["bonus"]["total"])


def test_balances_are_right_in_the_past_now_and_in_the_time_to_come(shop: Any) -> None:
    member = shop.enrol()
    before = datetime.now(UTC)
    shop.post("/v1/receipts/r1/close", shop.receipt("1000.00", member={"card": "100"}))
    later = datetime.now(UTC) + timedelta(days=40)

    def total(at: datetime) -> list[str]:
        answer = shop.get(f"/v1/members/{member}/wallets?at={at.isoformat().replace('+', '%2B')}").json()
        return [wallet["total"] for wallet in answer["wallets"]]

    assert ([], ["100.0"], ["0.0"]) == (total(before), total(datetime.now(UTC)), total(later))


def test_points_that_will_burn_are_told_by_day(shop: Any) -> None:
    member = shop.enrol()
    shop.post("/v1/receipts/r1/close", shop.receipt("1000.00", member={"card": "100"}))

    soon = shop.get(f"/v1/members/{member}/burning?days=5").json()["burning"]
    month = shop.get(f"/v1/members/{member}/burning?days=40").json()["burning"]

    assert ([], ["100.0"]) == (soon, [row["points"] for row in month])


def test_a_statement_is_read_page_by_page(shop: Any) -> None:
    member = shop.enrol(points="1")
    for n in range(4):
        shop.post(f"/v1/receipts/r{n}/close", shop.receipt("100.00", member={"card": "100"}))

    first = shop.get(f"/v1/members/{member}/statement?limit=3").json()
    second = shop.get(f"/v1/members/{member}/statement?limit=3&cursor={first['next']}").json()

    afters = [line["after"] for page in (first, second) for line in page["lines"]]
    assert ["41.0", "31.0", "21.0", "11.0", "1.0"] == afters
    assert "next" not in second


def test_a_foreign_cursor_is_refused(shop: Any) -> None:
    member = shop.enrol()

    answers = [
        shop.get(f"/v1/members/{member}/statement?cursor={text}").json()["code"]
        for text in ("!", "eA", "YQpiCmM")
    ]

    assert ["bad_cursor"] * 3 == answers
