"""One-time codes and the messages that tell them; see `usecases.verifications.VerificationStore`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kopilka.store.connect import Pool
from kopilka.store.queries import queries
from kopilka.usecases.verifications import MemberCode, Message, Verification

SQL = queries("verifications")


class PostgresVerifications:
    """Reads and writes with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def add(self, verification: Verification, code: str, message: Message) -> None:
        check = (
            verification.check_id, verification.purpose, verification.member_id, verification.phone,
            verification.subject, code, verification.created_at, verification.expires_at,
        )  # fmt: skip
        told = (
            message.message_id, message.channel, message.address, message.member_id, message.content,
            message.created_at, message.expires_at,
        )  # fmt: skip
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(SQL["add"], check)
            connection.execute(SQL["add_message"], told)

    def get(self, check_id: str) -> tuple[Verification, str] | None:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["get"], (check_id,)).fetchone()
        return None if row is None else (Verification(*row[:9]), row[9])

    def sent_since(self, phone: str, since: datetime) -> int:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["sent_since"], (phone, since)).fetchone()
        return int(row[0])

    def wrong(self, check_id: str) -> None:
        self._do("wrong", (check_id,))

    def verify(self, check_id: str, at: datetime) -> None:
        self._do("verify", (at, check_id))

    def messages(self, limit: int) -> list[Message]:
        with self._pool.connection() as connection:
            rows: Any = connection.execute(SQL["messages"], (limit,)).fetchall()
        return [Message(*row) for row in rows]

    def forget(self, before: datetime) -> int:
        names = ("forget_checks", "forget_messages", "forget_codes")
        with self._pool.connection() as connection:
            return sum(connection.execute(SQL[name], (before,)).rowcount for name in names)

    def add_code(self, code: MemberCode, now: datetime) -> bool:
        row = {
            "code": code.code, "member": code.member_id, "created": code.created_at, "expires": code.expires_at,
            "now": now,
        }  # fmt: skip
        with self._pool.connection() as connection, connection.transaction():
            added = connection.execute(SQL["add_code"], row).rowcount == 1
            if added:
                connection.execute(SQL["note_code_owner"], (code.member_id, code.created_at))
        return added

    def code(self, code: str) -> MemberCode | None:
        with self._pool.connection() as connection:
            row: Any = connection.execute(SQL["code"], (code,)).fetchone()
        return None if row is None else MemberCode(*row)

    def use_code(self, code: str, receipt_id: str) -> None:
        self._do("use_code", (receipt_id, code))

    def free_code(self, code: str, receipt_id: str) -> None:
        self._do("free_code", (code, receipt_id))

    def shown_to(self, member_ids: Sequence[str]) -> set[str]:
        with self._pool.connection() as connection:
            rows: Any = connection.execute(SQL["code_owners"], (list(member_ids),)).fetchall()
        return {row[0] for row in rows}

    def _do(self, name: str, row: tuple[object, ...]) -> None:
        with self._pool.connection() as connection:
            connection.execute(SQL[name], row)
