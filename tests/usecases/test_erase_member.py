"""What an erasure does to points, coupons, reserves and those who share a wallet."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from trading import Trading, trading

from kopilka.app.audits import run as run_audit
from kopilka.core.receipt import Line, Receipt, SpendRequest
from kopilka.core.settlement.refund import ReturnWish
from kopilka.store.queries import FOLDER
from kopilka.usecases.commands import Adjust, Close, Enrol, Hold, Identifier, IssueCoupon, Ref, Return
from kopilka.usecases.erase_member import Erased, ErasureWish
from kopilka.usecases.erasure_act import ErasureAct
from kopilka.usecases.outcomes import Done, Refused

CLUB = """
programme: club
title: Club
currency: RUB
zone: Europe/Moscow
points:
  bonus: {worth: 1.00, decimals: 2, pending: 3d}
coupons:
  spring: {title: Spring, life: 30d}
rules:
  - {id: cashback, earn: 10%}
  - {id: spring, when: {coupon: spring}, discount: 10%}
spend: {up_to: 100%}
"""


@pytest.fixture(scope="module")
def shop(shared_database: str) -> Iterator[Trading]:
    with trading(shared_database, programme=CLUB) as made:
        yield made


@pytest.fixture
def phone(shop: Trading) -> str:
    (n,) = shop.rows("SELECT count(*) FROM holder")[0]
    return f"+7999300{n:04}"


def run(shop: Trading, command: Any) -> Done:
    done = shop.house.desk().run([command])[0]
    assert isinstance(done, Done), done
    return done


def bought(shop: Trading, id_: str, minor: int, **more: Any) -> Receipt:
    return Receipt(id_, "shop", shop.clock(), "RUB", (Line("1", "tea-100", 1_000, minor),), **more)


def erase(shop: Trading, member: str, **more: Any) -> ErasureAct:
    erased = shop.house.privacy.erasures.erase(ErasureWish(member, "test", **more))
    assert isinstance(erased, Erased), erased
    return erased.act


def test_active_and_pending_points_burn_with_a_posting_of_their_own(shop: Trading, phone: str) -> None:
    member = shop.member(phone, points="50")
    run(shop, Close(bought(shop, f"b-{member}", 10_000), Ref("phone", phone)))
    assert (6_000, 5_000) == shop.balance(member)
    act = erase(shop, member)

    assert {"bonus": 6_000} == act.points
    assert (0, 0) == shop.balance(member)
    rows = shop.rows(
        "SELECT verb, credit, units, note FROM posting WHERE verb = 'erase' AND note = %s", act.act_id
    )
    assert [("erase", "erasure", 6_000, act.act_id)] == rows


def test_a_deficit_is_written_off(shop: Trading, phone: str) -> None:
    member = shop.member(phone)
    run(shop, Close(bought(shop, f"d-{member}", 10_000), Ref("phone", phone)))
    shop.clock.ahead += timedelta(days=4)
    run(shop, Adjust(Ref("member", member), "bonus", -1_000, "spent", "test", f"m-{member}"))
    run(shop, Return(f"d-{member}", f"r-{member}", ReturnWish(), shop.clock()))
    assert -1_000 == shop.balance(member)[0]

    assert {"bonus": -1_000} == erase(shop, member).points
    assert (0, 0) == shop.balance(member)


def test_reserves_are_let_go_and_coupons_end(shop: Trading, phone: str) -> None:
    member = shop.member(phone, points="50")
    who = Ref("member", member)
    coupon = run(shop, IssueCoupon(who, "club", "spring", "test", f"c-{member}")).coupon
    assert coupon is not None
    run(shop, Hold(bought(shop, f"h-{member}", 10_000, codes=(coupon.code,), spend=SpendRequest(3_000)), who))
    stakes = shop.house.privacy.erasures.stakes(member)
    assert not isinstance(stakes, Refused)
    assert (True, 1, 1) == (stakes.alone, stakes.held, stakes.coupons)
    act = erase(shop, member)

    assert 1 == act.counts["reserves"]
    assert [("cancelled",)] == shop.rows("SELECT state FROM coupon WHERE code = %s", coupon.code)
    assert [("released",)] == shop.rows("SELECT state FROM hold WHERE receipt = %s", f"h-{member}")
    names = shop.rows(
        "SELECT e.name FROM event e JOIN member m USING (bucket, holder_id) WHERE m.member_id = %s ORDER BY place",
        member,
    )
    assert ["receipt.released", "coupon.cancelled", "member.erased"] == [name for (name,) in names][-3:]


def test_who_shares_a_wallet_keeps_it(shop: Trading, phone: str) -> None:
    member = shop.member(phone, points="50")
    other = join_household(shop, member, f"{phone[:-5]}9{phone[-4:]}")
    run(shop, Hold(bought(shop, f"o-{member}", 1_000), Ref("member", other)))
    run(shop, Hold(bought(shop, f"m-{member}", 1_000), Ref("member", member)))
    act = erase(shop, member)

    assert (False, {}) == (act.alone, act.points)
    assert 5_000 == shop.balance(other)[0]
    states = shop.rows(
        "SELECT state FROM receipt WHERE receipt_id = ANY(%s) ORDER BY receipt_id",
        [f"m-{member}", f"o-{member}"],
    )
    assert [("released",), ("held",)] == states
    # The last one takes the wallet along.
    assert {"bonus": 5_000} == erase(shop, other).points


def join_household(shop: Trading, member: str, phone: str) -> str:
    """Another person on the same wallets."""
    other = shop.member(phone)
    shop.rows(
        "UPDATE member o SET bucket = m.bucket, holder_id = m.holder_id FROM member m"
        " WHERE o.member_id = %s AND m.member_id = %s RETURNING 1", other, member,
    )  # fmt: skip
    shop.rows(
        "UPDATE personal.identifier o SET bucket = m.bucket, holder_id = m.holder_id FROM member m"
        " WHERE o.member_id = %s AND m.member_id = %s RETURNING 1", other, member,
    )  # fmt: skip
    return other


def test_many_who_erase_and_sell_at_once_end_with_one_act_and_a_sound_ledger(
    shop: Trading, phone: str
) -> None:
    member = shop.member(phone, points="50")
    acts: list[str] = []

    def sell(n: int) -> None:
        desk = shop.house.desk()
        for k in range(5):
            desk.run(
                [Hold(bought(shop, f"{member}-{n}-{k}", 1_000, spend=SpendRequest(100)), Ref("phone", phone))]
            )

    threads = [threading.Thread(target=sell, args=(n,)) for n in range(2)]
    threads += [threading.Thread(target=lambda: acts.append(erase(shop, member).act_id)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len(set(acts))
    assert (0, 0) == shop.balance(member)
    assert [] == shop.rows("SELECT 1 FROM receipt WHERE member_id = %s AND state = 'held'", member)
    shop.sound()


def test_a_changed_act_shows(shop: Trading, phone: str) -> None:
    act = erase(shop, shop.member(phone), ground="consent")
    found = shop.house.privacy.erasures.act(act.act_id)
    assert found is not None
    assert found.untouched
    assert (act.sha256.hex(),) == shop.rows(
        "SELECT detail ->> 'sha256' FROM staff_action WHERE action = 'member.erased' AND subject = %s",
        act.member_id,
    )[0]

    shop.rows(
        "UPDATE erasure SET counts = json_build_object('name', 7) WHERE act_id = %s RETURNING 1", act.act_id
    )
    changed = shop.house.privacy.erasures.act(act.act_id)
    assert changed is not None
    assert not changed.untouched


def test_a_request_by_word_of_mouth_ends_with_the_erasure(shop: Trading, phone: str) -> None:
    member = shop.member(phone)
    requests = shop.house.privacy.requests
    noted = requests.write_down(member, "erase", shop.clock(), "staff")
    assert not isinstance(noted, Refused)
    assert noted == requests.write_down(member, "erase", shop.clock(), "staff")
    no = requests.dismiss(noted.request_id, "staff", " ")
    assert isinstance(no, Refused)

    assert (noted.request_id,) == erase(shop, member).requests
    late = requests.dismiss(noted.request_id, "staff", "too late")
    assert isinstance(late, Refused)
    assert "request_ended" == late.code


def test_every_table_about_persons_is_known_to_the_erasure(database: str) -> None:
    """Who adds a table to the schema `personal` says in erasures.sql what of it is erased."""
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'personal'"
        ).fetchall()
    said = (FOLDER / "erasures.sql").read_text(encoding="utf-8")

    assert [] == [
        name for (name,) in rows if f"personal.{name} " not in said and f"personal.{name}\n" not in said
    ]


def test_the_audit_finds_what_is_known_of_somebody_erased(shop: Trading, phone: str) -> None:
    member = shop.member(phone)
    erase(shop, member)
    shop.sound()
    shop.house.verifications.show_code(member)
    found = [
        row for row in run_audit(shop.house, rebuild=False, progress=lambda _: None).findings if row.broken
    ]
    assert [(1, (f"{member} is known still",))] == [(row.broken, row.places) for row in found]

    assert 1 == shop.house.privacy.erasures.sweep()
    shop.sound()


def test_an_enrolment_with_the_same_phone_is_somebody_new(shop: Trading, phone: str) -> None:
    member = shop.member(phone)
    erase(shop, member)
    again = run(shop, Enrol((Identifier("phone", phone),), "club"))

    assert member != again.member_id
