"""Changes of members, each in one transaction with its line in the audit log; see `usecases.members.MemberStore`."""

import msgspec
import psycopg

from kopilka.core.event import Event
from kopilka.store.connect import Connection, Packed, Pool
from kopilka.store.queries import queries
from kopilka.store.rows import event_rows
from kopilka.store.views import PostgresViews
from kopilka.usecases.commands import Ref
from kopilka.usecases.members import ACTION, ERASED, Act, Write
from kopilka.usecases.ports import StoreUnavailableError
from kopilka.usecases.views import MemberView

SQL = queries("members")
ADD_EVENTS = queries("batch")["add_events"]
_json = msgspec.json.Encoder()


class PostgresMembers:
    """Finds by the views, writes with a connection of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._views = PostgresViews(pool)

    def member(self, ref: Ref) -> MemberView | None:
        return self._views.member(ref)

    def write(self, write: Write) -> str:
        try:
            with self._pool.connection() as connection, connection.transaction() as whole:
                connection.execute(SQL["lock_holder"], (write.bucket, write.holder_id))
                member = (write.bucket, write.holder_id, write.member_id)
                if connection.execute(SQL["erased"], member).rowcount:
                    return ERASED
                taken = _identifiers(connection, write)
                if taken:
                    raise psycopg.Rollback(whole)
                _facts(connection, write)
                if write.event is not None:
                    add_event(connection, write.bucket, write.event, write.act)
                add_act(connection, write.act)
        except psycopg.OperationalError as error:
            raise StoreUnavailableError(str(error)) from error
        return taken


def _identifiers(connection: Connection, write: Write) -> str:
    """Take, give up and mark identifiers; returns the kind of one that is taken."""
    owner = (write.bucket, write.holder_id, write.member_id)
    for kind, value in write.remove:
        connection.execute(SQL["remove_identifier"], (kind, value, write.member_id))
    for new in write.add:
        row = (new.kind, new.value, *owner, new.card_type, write.act.at)
        if connection.execute(SQL["add_identifier"], row).rowcount != 1:
            return new.kind
    for kind, value, status in write.statuses:
        connection.execute(SQL["set_identifier"], (status, kind, value, write.member_id))
    return ""


def _facts(connection: Connection, write: Write) -> None:
    person, at = write.person, write.act.at
    if person is not None:
        row = (write.member_id, person.name, person.phone, person.email, person.birthday, person.language)
        connection.execute(SQL["put_person"], (*row, person.zone, at))
    if write.attributes:
        put = {name: value for name, value in write.attributes.items() if value is not None}
        gone = [name for name, value in write.attributes.items() if value is None]
        connection.execute(SQL["set_attributes"], (_json.encode(put).decode(), gone, at, write.member_id))
    wanted = {
        "status": write.status, "tags": None if write.tags is None else list(write.tags),
        "add": list(write.add_tags), "remove": list(write.remove_tags), "limit": write.spend_max_units, "member": write.member_id, "bucket": write.bucket,
        "holder": write.holder_id,
    }  # fmt: skip
    connection.execute(SQL["set_member"], wanted)
    for consent in write.consents:
        said = (consent.purpose, consent.channel, consent.given, consent.source, consent.recorded_at)
        connection.execute(SQL["add_consent"], (write.member_id, *said))


def add_event(connection: Connection, bucket: int, event: Event, act: Act) -> None:
    """An event of a change, with the change's own id."""
    rows = event_rows([("evt_" + act.action_id.removeprefix(ACTION), bucket, act.at, event)])
    connection.execute(ADD_EVENTS, (Packed(_json.encode(rows)),))


def add_act(connection: Connection, act: Act) -> None:
    """One line of the audit log, in the transaction of what it tells."""
    detail = _json.encode(act.detail).decode()
    row = (act.action_id, act.actor, act.action, act.subject, detail, act.at)
    connection.execute(SQL["add_action"], row)
