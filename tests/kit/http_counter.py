"""The public HTTP API as a counter for situations: the same steps that the desk takes, spoken in JSON."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
import msgspec

from kopilka.api.door import Services
from kopilka.api.routes import api
from kopilka.app.compose import House
from kopilka.app.night import work_in
from kopilka.app.receipt_door import OneByOne
from kopilka.core.programme.document import Programme
from kopilka.core.receipt import Receipt, Shop
from kopilka.core.rules.reason import Reason
from kopilka.core.rules.registry import REGISTRY
from kopilka.usecases.desk_counter import gathered, summed
from kopilka.usecases.programme_text import read_programme_text
from kopilka.usecases.situation_counter import Hand, Owned, Seen, Wish
from kopilka.usecases.situation_steps import Facts
from kopilka.values.money import decimal_text, major_text, minor_units

Json = dict[str, Any]


class HttpCounter:
    """See `usecases.situations.Counter`. The house must have been made with the clock `hand`."""

    def __init__(self, house: House, hand: Hand) -> None:
        made = house.keys.create("situations", ("admin",))
        assert isinstance(made, tuple)
        services = Services(
            OneByOne(house.desk()), house.views, house.members, house.programmes, house.keys, house.reference,
            house.clock, lambda: True, house.coupons, vouchers=house.vouchers, verifications=house.verifications,
            outbox=house.outbox, privacy=house.privacy,
        )  # fmt: skip
        self._house = house
        self._app = api(services)
        self._headers = {"Authorization": f"Bearer {made[1]}", "Accept-Language": "en"}
        self._hand = hand
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app=self._app), base_url="http://shop")
        self._programme: Programme
        self._number = 0

    def close(self) -> None:
        self._await(self._client.aclose())
        self._app.doors.close()
        self._loop.close()

    def open(self, programme: str, text: str, shops: Sequence[Shop], at: datetime) -> None:
        self._hand.at = at
        read = read_programme_text(text, REGISTRY).programme
        assert read is not None
        self._programme = read
        status, answer = self._call(
            "POST", f"/v1/programmes/{programme}/versions", {"text": text, "expected_version": 0}
        )
        assert status == 201, answer
        for shop in shops:
            body = {"zone": shop.zone, "programme": shop.programme, "groups": list(shop.groups)}
            status, answer = self._call("PUT", f"/v1/shops/{shop.id}", body)
            assert status == 200, answer

    def enrol(self, programme: str, member: str, facts: Facts, at: datetime) -> Seen:
        identifiers = [{"kind": "external", "value": member}]
        if facts.card:
            identifiers.append({"kind": "card", "value": f"{member}-card", "card_type": facts.card})
        person: Json = {"attributes": facts.attributes}
        for name, value in (
            ("phone", facts.phone),
            ("birthday", facts.birthday),
            ("language", facts.language),
        ):
            if value:
                person[name] = value
        body = {
            "programme": programme,
            "identifiers": identifiers,
            "person": person,
            "tags": list(facts.tags),
        }
        return self._seen("POST", "/v1/members", body, at)

    def receipt(self, verb: str, receipt: Receipt, member: str, at: datetime) -> Seen:
        body = self._body(receipt, member)
        if verb == "quote":
            return self._seen("POST", "/v1/receipts/quote?explain=1", {"id": receipt.id, **body}, at)
        return self._seen("POST", f"/v1/receipts/{receipt.id}/{verb}?explain=1", body, at)

    def undo(self, verb: str, receipt_id: str, at: datetime) -> Seen:
        body = {"at": at.isoformat()} if verb == "void" else None
        return self._seen("POST", f"/v1/receipts/{receipt_id}/{verb}", body, at)

    def give_back(
        self, receipt_id: str, return_id: str, lines: dict[str, int], amount_minor: int | None, at: datetime
    ) -> Seen:
        body: Json = {"id": return_id, "at": at.isoformat()}
        if lines:
            body["lines"] = [
                {"line": line, "quantity": decimal_text(count, 3)} for line, count in lines.items()
            ]
        if amount_minor is not None:
            body["amount"] = major_text(amount_minor, self._programme.currency)
        return self._seen("POST", f"/v1/receipts/{receipt_id}/returns", body, at)

    def adjust(self, member: str, kind: str, units: int, last_on: str, at: datetime) -> Seen:
        digits = self._programme.points[kind].decimals
        body = {"kind": kind, "points": decimal_text(units, digits), "reason": "situation"}
        if last_on:
            body["last_on"] = last_on
        return self._seen("POST", f"/v1/members/{self._id(member)}/adjust", body, at)

    def coupon(self, member: str, wish: Wish, at: datetime) -> Seen:
        body = {"programme": wish.programme, "series": wish.name}
        return self._told("POST", f"/v1/members/{self._id(member)}/coupons", body, at)

    def activate(self, code: str, member: str, at: datetime) -> Seen:
        body = {"member": {"external": member}} if member else {}
        return self._told("POST", f"/v1/coupons/{code}/activate", body, at)

    def cancel(self, code: str, at: datetime) -> Seen:
        return self._told("POST", f"/v1/coupons/{code}/cancel", {"reason": "situation"}, at)

    def act(self, member: str, wish: Wish, at: datetime) -> Seen:
        body = {"programme": wish.programme, "action": wish.name, "ref": wish.ref}
        return self._told("POST", f"/v1/members/{self._id(member)}/actions", body, at)

    def take_back(self, wish: Wish, at: datetime) -> Seen:
        body = {"programme": wish.programme, "action": wish.name, "ref": wish.ref}
        seen = self._told("POST", "/v1/actions/take-back", body, at)
        return msgspec.structs.replace(seen, costs={}, taken=seen.costs)

    def redeem(self, member: str, wish: Wish, at: datetime) -> Seen:
        body = {"programme": wish.programme, "gift": wish.name, "pieces": wish.count}
        return self._told("POST", f"/v1/members/{self._id(member)}/gifts", body, at)

    def return_gift(self, redemption: str, at: datetime) -> Seen:
        seen = self._told("POST", f"/v1/gifts/{redemption}/return", None, at)
        return msgspec.structs.replace(seen, earned={}, back=seen.earned)

    def pay_out(self, member: str, kind: str, units: int, at: datetime) -> Seen:
        points = decimal_text(units, self._programme.points[kind].decimals)
        body = {"kind": kind, "points": points, "reference": f"payment-{self._number}"}
        return self._told("POST", f"/v1/members/{self._id(member)}/payouts", body, at)

    def set_level(self, member: str, wish: Wish, at: datetime) -> Seen:
        body: Json = {"programme": wish.programme, "level": wish.name, "reason": "situation"}
        if wish.last_on:
            body["last_on"] = wish.last_on
        return self._told("POST", f"/v1/members/{self._id(member)}/level", body, at)

    def tag(self, member: str, tags: Sequence[str], at: datetime) -> Seen:
        return self._told("PATCH", f"/v1/members/{self._id(member)}", {"tags": list(tags)}, at)

    def night(self, at: datetime) -> None:
        self._hand.at = at
        work_in(self._house, at)

    def owned(self, member: str, at: datetime) -> Owned:
        self._hand.at = at
        who = self._id(member)
        _, coupons = self._call("GET", f"/v1/members/{who}/coupons")
        _, perks = self._call("GET", f"/v1/members/{who}/perks")
        rows = [row for row in coupons["coupons"] if row["usable"] or row["state"] == "new"]
        programme = self._programme.programme
        return Owned(
            tuple((row["code"], row["series"]) for row in rows),
            tuple(row["id"] for row in perks["perks"] if row["programme"] == programme),
        )

    def balances(self, member: str, at: datetime) -> dict[str, tuple[int, int]]:
        self._hand.at = at
        status, answer = self._call("GET", f"/v1/members/{self._id(member)}/wallets")
        assert status == 200, answer
        return {
            row["kind"]: (self._units(row["kind"], row["total"]), self._units(row["kind"], row["free"]))
            for row in answer["wallets"]
        }

    # -- speaking JSON ------------------------------------------------------------------------------------------

    def _id(self, member: str) -> str:
        status, answer = self._call("GET", f"/v1/members/find?external={member}")
        assert status == 200, answer
        return str(answer["id"])

    def _body(self, receipt: Receipt, member: str) -> Json:
        currency = receipt.currency
        lines = [
            {
                "id": line.id, "sku": line.sku, "sum": major_text(line.sum_minor, currency),
                "quantity": decimal_text(line.quantity, 3), "given": major_text(line.given_minor, currency),
                "floor": major_text(line.floor_minor, currency), "category": list(line.category),
                "brand": line.brand, "tags": list(line.tags), "product_class": line.product_class,
                "promo": line.promo, "marking": line.marking, "alcohol": line.alcohol, "volume_ml": line.volume_ml,
            }
            for line in receipt.lines
        ]  # fmt: skip
        body: Json = {
            "shop": receipt.shop, "at": receipt.at.isoformat(), "currency": currency, "lines": lines,
            "channel": receipt.channel, "till": receipt.till, "choice": receipt.choice, "codes": list(receipt.codes),
            "payments": [
                {"kind": part.kind, "amount": major_text(part.amount_minor, currency)} for part in receipt.payments
            ],
        }  # fmt: skip
        if member:
            body["member"] = {"external": member}
        if receipt.delivery is not None:
            body["delivery"] = {"sum": major_text(receipt.delivery.sum_minor, currency)}
        if receipt.spend is not None:
            kind = self._programme.points[self._programme.spend_kind()]
            units = receipt.spend.units
            body["spend"] = {} if units is None else {"points": decimal_text(units, kind.decimals)}
        return body

    def _told(self, method: str, path: str, body: Json | None, at: datetime) -> Seen:
        """The answer of a verb that is about no receipt."""
        self._hand.at = at
        status, answer = self._call(method, path, body)
        if status >= 400:
            assert answer["code"] not in {"invalid", "failed"}, answer
            return Seen(refused=answer["code"])
        points = answer.get("points", {})
        moved = {answer["kind"]: f"-{points}"} if isinstance(points, str) else points
        units = self._by_kind(moved)
        return Seen(
            earned={kind: amount for kind, amount in units.items() if amount > 0},
            costs={kind: -amount for kind, amount in units.items() if amount < 0},
            coupon=answer.get("code", ""), redemption=answer.get("id", ""),
            refund_minor=self._minor(answer.get("amount", "0")),
        )  # fmt: skip

    def _seen(self, method: str, path: str, body: Json | None, at: datetime) -> Seen:
        self._hand.at = at
        status, answer = self._call(method, path, body)
        if status >= 400:
            assert answer["code"] not in {"invalid", "failed"}, answer
            return Seen(refused=answer["code"])
        balances = {
            kind: (self._units(kind, row["total"]), self._units(kind, row["free"]))
            for kind, row in answer.get("balances", {}).items()
        }
        if "refund" in answer:
            return Seen(
                refund_minor=self._minor(answer["refund"]), back=self._by_kind(answer.get("points_back", {})),
                taken=self._by_kind(answer.get("points_taken", {})), level=answer.get("level", ""), balances=balances,
            )  # fmt: skip
        if "lines" not in answer:
            return Seen(balances=balances)
        return self._decided(answer, balances)

    def _decided(self, answer: Json, balances: dict[str, tuple[int, int]]) -> Seen:
        earned: dict[str, int] = {}
        for row in answer.get("earned", []):
            earned[row["kind"]] = earned.get(row["kind"], 0) + self._units(row["kind"], row["points"])
        spent, room = answer.get("spent"), answer.get("room") or {}
        delivery = [line for line in answer["lines"] if line["id"] == "delivery"]
        return Seen(
            paid_minor=self._minor(answer["paid"]),
            discount_minor=self._minor(answer.get("discount", "0")),
            delivery_minor=self._minor(delivery[0]["paid"]) if delivery else 0,
            earned=earned,
            spent_units=self._units(spent["kind"], spent["points"]) if spent else 0,
            room_units=self._units(room["kind"], room["points"]) if room.get("kind") else 0,
            room_reason=room.get("reason", ""),
            level=answer.get("level", ""),
            codes={row["code"]: row.get("reason", "") or "used" for row in answer.get("codes", [])},
            gifts=gathered((row["rule"], row["sku"]) for row in answer.get("gifts", [])),
            messages=gathered((row["to"], row["rule"]) for row in answer.get("messages", []) if row["words"]),
            costs=summed(
                (row["kind"], self._units(row["kind"], row["points"])) for row in answer.get("costs", [])
            ),
            lines={line["id"]: self._minor(line["paid"]) for line in answer["lines"]},
            skipped={
                row["rule"]: Reason(row["reason"], row.get("params", {}))
                for row in answer.get("rules", [])
                if not row["applied"]
            },
            balances=balances,
        )

    def _by_kind(self, amounts: dict[str, str]) -> dict[str, int]:
        return {kind: self._units(kind, text) for kind, text in amounts.items()}

    def _units(self, kind: str, text: str) -> int:
        return int(Decimal(text).scaleb(self._programme.points[kind].decimals))

    def _minor(self, text: str) -> int:
        return minor_units(text, self._programme.currency)

    def _call(self, method: str, path: str, body: Json | None = None) -> tuple[int, Json]:
        self._number += 1
        headers = {**self._headers, "Idempotency-Key": f"step-{self._number}"}
        answer = self._await(self._client.request(method, path, json=body, headers=headers))
        return answer.status_code, answer.json() if answer.content else {}

    def _await(self, waited: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(waited)
