from typing import Any


def test_a_purchase_earns_points_that_pay_the_next_one(shop: Any) -> None:
    shop.enrol()
    member = {"member": {"card": "100"}}
    first = shop.post("/v1/receipts/r1/close", shop.receipt("1000.00", **member)).json()

    second = shop.post("/v1/receipts/r2/close", shop.receipt("100.00", spend={}, **member)).json()

    assert "100.0" == first["earned"][0]["points"]
    assert ("50.0", "50.00") == (second["spent"]["points"], second["paid"])
    assert {"bonus": {"total": "55.0", "free": "55.0"}} == second["balances"]


def test_a_quote_says_why_in_the_language_of_the_reader_and_writes_nothing(shop: Any) -> None:
    before = shop.written()

    answer = shop.post("/v1/receipts/quote?explain=1", shop.receipt("1000.00"), accept_language="ru").json()

    rules = {rule["rule"]: rule for rule in answer["rules"]}
    assert ("За большой чек", False) == (rules["big"]["title"], rules["big"]["applied"])
    assert "4" in rules["big"]["words"]
    assert "₽" in rules["big"]["words"]
    assert before == shop.written()


def test_points_are_held_until_the_receipt_is_closed(shop: Any) -> None:
    member = shop.enrol(points="40.0")
    body = shop.receipt("100.00", spend={"points": "30"}, member={"card": "100"})
    held = shop.post("/v1/receipts/r1/hold", body).json()
    wallets = shop.get(f"/v1/members/{member}/wallets").json()["wallets"]

    closed = shop.post("/v1/receipts/r1/close", body).json()

    assert ("held", "10.0", "30.0") == (held["state"], wallets[0]["free"], wallets[0]["held"])
    assert ("closed", "70.00") == (closed["state"], closed["paid"])


def test_a_hold_can_be_let_go(shop: Any) -> None:
    member = shop.enrol(points="40.0")
    body = shop.receipt("100.00", spend={"points": "30"}, member={"card": "100"})
    shop.post("/v1/receipts/r1/hold", body)

    released = shop.post("/v1/receipts/r1/release")

    wallet = shop.get(f"/v1/members/{member}/wallets").json()["wallets"][0]
    assert (200, "released") == (released.status_code, released.json()["state"])
    assert "40.0" == wallet["free"]


def test_the_member_s_choice_is_stored_with_the_receipt(shop: Any) -> None:
    shop.enrol()
    body = shop.receipt("100.00", choice="discount", member={"card": "100"})
    closed = shop.post("/v1/receipts/r1/close", body)

    kept = shop.get("/v1/receipts/r1").json()

    assert ("discount", "discount") == (closed.json()["choice"], kept["choice"])


def test_a_repeated_close_gets_the_stored_answer(shop: Any) -> None:
    shop.enrol()
    body = shop.receipt("1000.00", member={"card": "100"})
    first = shop.post("/v1/receipts/r1/close", body)
    written = shop.written()

    again = shop.post("/v1/receipts/r1/close", body)

    assert first.json() == again.json()
    assert (None, "true") == (first.headers.get("idempotent-replay"), again.headers.get("idempotent-replay"))
    assert written == shop.written()


def test_the_same_id_with_other_content_is_a_conflict(shop: Any) -> None:
    shop.post("/v1/receipts/r1/close", shop.receipt("1000.00"))

    answer = shop.post("/v1/receipts/r1/close", shop.receipt("999.00"))

    assert (409, "receipt_exists") == (answer.status_code, answer.json()["code"])
    assert "application/problem+json" == answer.headers["content-type"]


def test_a_partial_and_a_full_return_give_everything_back(shop: Any) -> None:
    member = shop.enrol()
    shop.post("/v1/receipts/r1/close", shop.receipt("600.00", "400.00", member={"card": "100"}))
    wish = {"id": "back-1", "at": shop.at, "lines": [{"line": "1"}]}
    foreseen = shop.post("/v1/receipts/r1/returns/quote", wish).json()
    part = shop.post("/v1/receipts/r1/returns", wish).json()

    rest = shop.post("/v1/receipts/r1/returns", {"id": "back-2", "at": shop.at}).json()

    assert foreseen["refund"] == part["refund"] == "600.00"
    assert ("400.00", True) == (rest["refund"], rest["complete"])
    assert "0.0" == shop.get(f"/v1/members/{member}/wallets").json()["wallets"][0]["total"]
    assert ["back-1", "back-2"] == [row["id"] for row in shop.get("/v1/receipts/r1").json()["returns"]]


def test_a_receipt_is_voided_on_its_day(shop: Any) -> None:
    shop.enrol()
    shop.post("/v1/receipts/r1/close", shop.receipt("600.00", member={"card": "100"}))

    voided = shop.post("/v1/receipts/r1/void", {"at": shop.at})

    assert (200, "voided") == (voided.status_code, voided.json()["state"])


def test_sums_that_differ_from_the_decision_are_named(shop: Any) -> None:
    body = shop.receipt("600.00", "400.00", stated={"lines": {"1": "600.00", "2": "399.00"}})

    answer = shop.post("/v1/receipts/r1/close", body).json()

    assert ("differs_from_decision", "stated.lines.2") == (answer["code"], answer["errors"][0]["field"])
    assert "-1.00" in answer["errors"][0]["detail"]


def test_a_sale_that_is_a_fact_is_booked_as_it_was_charged(shop: Any) -> None:
    body = shop.receipt("600.00", stated={"lines": {"1": "599.00"}}, sold=True)

    answer = shop.post("/v1/receipts/r1/close", body).json()

    assert ("599.00", {"1": "-1.00"}) == (answer["paid"], answer["variance"])


def test_a_batch_books_each_receipt_for_itself_in_any_order(shop: Any) -> None:
    sale = {"verb": "close", "id": "b1", **shop.receipt("100.00")}
    back = {"verb": "return", "receipt": "b1", "id": "back", "at": shop.at}
    wrong = {"verb": "close", "id": "b2", **shop.receipt("-1")}
    shop.post("/v1/receipts/batch", {"receipts": [sale]})

    answer = shop.post("/v1/receipts/batch", {"receipts": [back, sale, wrong, sale, 5, {"id": "b3"}]}).json()

    outcomes = answer["outcomes"]
    assert [200, 200, 422, 200, 422, 422] == [row["status"] for row in outcomes]
    assert [True, True] == [outcomes[1]["replayed"], outcomes[3]["replayed"]]
    assert "100.00" == outcomes[0]["returned"]["refund"]
    assert "receipts[2].lines[0].sum" == outcomes[2]["problem"]["errors"][0]["field"]


def test_the_501st_receipt_of_a_batch_is_refused(shop: Any) -> None:
    answer = shop.post("/v1/receipts/batch", {"receipts": [{}] * 501})

    assert (422, "receipts") == (answer.status_code, answer.json()["errors"][0]["field"])
