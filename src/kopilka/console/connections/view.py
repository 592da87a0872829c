"""Connections: what can be connected and what is; one connection with its address, key, last calls and a test. For owners.

A key is shown in the answer of the deed that made it and never again.
"""

from collections.abc import Mapping

from kopilka.console.connections.words import (
    CALL_COLUMNS,
    COLUMNS,
    INBOX_COLUMNS,
    MESSAGE_COLUMNS,
    Kind,
    call_rows,
    connection_rows,
    inbox_rows,
    kinds,
    message_rows,
)
from kopilka.console.rows import columns_in
from kopilka.console.services import Tried
from kopilka.console.shell import Shell
from kopilka.look.shapes import Trouble
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.connections import Connection, Wish
from kopilka.usecases.manifest import Manifest
from kopilka.usecases.outcomes import Refused, Why
from kopilka.words.catalogue import catalogue
from kopilka.words.tongue import title_of

PLACE = "/console/connections"
ROWS = 20
SETTING = "setting."


class Connections:
    """The screens and their deeds."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._manifests = {each.id: each for each in shell.services.trade.manifests}

    def show(self, visit: Visit) -> Answer:
        """What is connected, and what can be."""
        services, tongue = self._shell.services, self._shell.tongue(visit)
        found = services.connections.all()
        last = {row.connection_id: services.connections.calls(row.connection_id, 1) for row in found}
        return self._shell.page(
            visit, "connections/page.html", title=catalogue(visit.language).gettext("Connections"),
            place="connections", tongue=tongue, columns=columns_in(visit.language, COLUMNS),
            rows=connection_rows(found, self._manifests, last, tongue),
            kinds=kinds(self._manifests.values(), visit.language),
            messages=message_rows(services.verifications.messages(ROWS), tongue),
            message_columns=columns_in(visit.language, MESSAGE_COLUMNS),
        )  # fmt: skip

    def ask(self, visit: Visit) -> Answer:
        """The form of a new connection."""
        return self._new(visit, self._manifest(visit.names["connector"]))

    def connect(self, visit: Visit) -> Answer:
        """Connect; the page then shows the key."""
        manifest = self._manifest(visit.names["connector"])
        wish = self._wish(visit, manifest)
        made = (
            wish
            if isinstance(wish, Refused)
            else self._shell.services.connections.connect(
                manifest.id, wish, secret=visit.get("secret").strip(), actor=visit.staff.staff_id
            )
        )
        if isinstance(made, Refused):
            return self._new(visit, manifest, self._shell.trouble(visit, made))
        return self._page(visit, made[0], secret=made[1])

    def one(self, visit: Visit) -> Answer:
        """One connection."""
        return self._page(visit, self._connection(visit))

    def change(self, visit: Visit) -> Answer:
        """Change what is set."""
        connection = self._connection(visit)
        wish = self._wish(visit, self._manifest(connection.connector))
        done = (
            wish
            if isinstance(wish, Refused)
            else self._shell.services.connections.change(
                connection.connection_id, wish, actor=visit.staff.staff_id
            )
        )
        if isinstance(done, Refused):
            return self._page(visit, connection, trouble=self._shell.trouble(visit, done))
        return Answer(goto=f"{PLACE}/{connection.connection_id}?done=connection_saved")

    def try_out(self, visit: Visit) -> Answer:
        """Call it as its client would."""
        connection = self._connection(visit)
        tried = self._shell.services.trade.try_out(connection.connection_id)
        return self._page(visit, connection, tried=tried)

    def renew(self, visit: Visit) -> Answer:
        """A new key; the old one is refused from now on."""
        connection = self._connection(visit)
        done = self._shell.services.connections.renew(
            connection.connection_id, secret=visit.get("secret").strip(), actor=visit.staff.staff_id
        )
        if isinstance(done, Refused):
            return self._page(visit, connection, trouble=self._shell.trouble(visit, done))
        return self._page(visit, done[0], secret=done[1])

    def close(self, visit: Visit) -> Answer:
        """Refuse its calls from now on."""
        done = self._shell.services.connections.close(visit.names["connection"], actor=visit.staff.staff_id)
        if isinstance(done, Refused):
            raise ClosedError(404)
        return Answer(goto=f"{PLACE}?done=connection_closed")

    def _manifest(self, connector: str) -> Manifest:
        manifest = self._manifests.get(connector)
        if manifest is None:
            raise ClosedError(404)
        return manifest

    def _connection(self, visit: Visit) -> Connection:
        id_ = visit.names["connection"]
        found = next(
            (row for row in self._shell.services.connections.all() if row.connection_id == id_), None
        )
        if found is None or found.connector not in self._manifests:
            raise ClosedError(404)
        return found

    def _wish(self, visit: Visit, manifest: Manifest) -> Wish | Refused:
        """What the form says; settings that cannot be are refused by name."""
        settings: dict[str, str] = {}
        for setting in manifest.settings:
            value = visit.get(SETTING + setting.name).strip()
            if setting.required and not value:
                return Refused("required", Why.INVALID, SETTING + setting.name)
            if value and setting.choices and value not in setting.choices:
                return Refused("not_a_choice", Why.INVALID, SETTING + setting.name)
            if value:
                settings[setting.name] = value
        shop = visit.get("shop")
        if shop and shop not in {row.id for row in self._shell.services.programmes.shops()}:
            return Refused("unknown_shop", Why.INVALID, "shop", {"shop": shop})
        return Wish(visit.get("title"), settings, shop, visit.get("programme"))

    def _new(self, visit: Visit, manifest: Manifest, trouble: Trouble | None = None) -> Answer:
        kind = kinds([manifest], visit.language)[0]
        return self._shell.page(
            visit, "connections/new.html", title=kind.title, place="connections", kind=kind, trouble=trouble,
            errors=dict(trouble.fields) if trouble else {}, values=self._values(visit, manifest, None),
            status=422 if trouble else 200, shops=self._shops(visit),
            programmes=self._programmes(visit),
        )  # fmt: skip

    def _page(
        self, visit: Visit, connection: Connection, *, secret: str = "", tried: Tried | None = None,
        trouble: Trouble | None = None,
    ) -> Answer:  # fmt: skip
        services, tongue = self._shell.services, self._shell.tongue(visit)
        manifest = self._manifest(connection.connector)
        kind: Kind = kinds([manifest], visit.language)[0]
        id_ = connection.connection_id
        address = manifest.address.format(connection=id_, number=connection.number)
        return self._shell.page(
            visit, "connections/one.html", title=connection.title, place="connections", tongue=tongue,
            connection=connection, kind=kind, address=visit.origin + address, secret=secret, tried=tried,
            calls=call_rows(services.connections.calls(id_, ROWS), tongue),
            call_columns=columns_in(visit.language, CALL_COLUMNS),
            inbox=inbox_rows(services.inbox.items(id_, ROWS), tongue),
            inbox_columns=columns_in(visit.language, INBOX_COLUMNS),
            values=self._values(visit, manifest, connection), trouble=trouble,
            errors=dict(trouble.fields) if trouble else {}, status=422 if trouble else 200, shops=self._shops(visit),
            programmes=self._programmes(visit),
        )  # fmt: skip

    def _values(self, visit: Visit, manifest: Manifest, connection: Connection | None) -> Mapping[str, str]:
        """What the form's fields hold: what was typed, else what is set, else what is usual."""
        values = {
            "title": connection.title if connection else manifest.title.of(visit.language),
            "shop": connection.shop if connection else "",
            "programme": connection.programme if connection else "",
        }
        for setting in manifest.settings:
            set_ = connection.setting(setting.name, setting.usual) if connection else setting.usual
            values[SETTING + setting.name] = set_
        return {name: visit.form[name][-1] if name in visit.form else value for name, value in values.items()}

    def _shops(self, visit: Visit) -> list[tuple[str, str]]:
        shops = self._shell.services.programmes.shops()
        every = catalogue(visit.language).gettext("All shops")
        return [("", every), *((shop.id, shop.title or shop.id) for shop in shops)]

    def _programmes(self, visit: Visit) -> list[tuple[str, str]]:
        own = catalogue(visit.language).gettext("That of the shop")
        return [("", own), *((row.programme, title_of(row, visit.language)) for row in self._shell.ruling())]
