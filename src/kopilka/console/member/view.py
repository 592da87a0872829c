"""The card of one member, and the deeds on it: points by hand, cards, facts."""

from urllib.parse import urlencode

import msgspec

from kopilka.console.member.offers import changed_facts, changed_tags, offer_context
from kopilka.console.member.words import level_words, lot_rows, member_facts, wallet_words
from kopilka.console.requests.context import data_context
from kopilka.console.rows import RECEIPT_COLUMNS, STATEMENT_COLUMNS, columns_in, receipt_rows, statement_rows
from kopilka.console.shell import Shell
from kopilka.look.coupons import CouponWords, coupon_words, series_choices
from kopilka.look.cursor import read_posting, write_moment
from kopilka.look.offers import gift_titles
from kopilka.look.shapes import Trouble
from kopilka.look.slip import points_text
from kopilka.look.visit import Answer, ClosedError, Visit
from kopilka.usecases.commands import Adjust, Identifier, IssueCoupon, Ref, SetLevel
from kopilka.usecases.members import PersonChange, normal
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.views import MemberView, StatementLine
from kopilka.values.errors import BadValueError
from kopilka.values.period import local_day
from kopilka.words import calendar
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.entry import day_entry, decimal_entry
from kopilka.words.reasons import in_language
from kopilka.words.render import Tongue
from kopilka.words.tongue import title_of

PAGE, RECEIPTS, BURN_DAYS = 20, 10, 30
REASON_MAX = 200
LOT_COLUMNS = (("source", N_("From"), False), ("rest", N_("Left"), True), ("until", N_("Last day"), True))
_CARD_DONE = {"active": "card_unblocked", "blocked": "card_blocked"}


class Member:
    """The screen and its deeds."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def show(self, visit: Visit) -> Answer:
        """The card."""
        erase = visit.query.get("dialog") == "erase"
        return self._page(visit, self._found(visit), "erase" if erase else "")

    def adjust(self, visit: Visit) -> Answer:
        """Points by hand; the form's key makes a second sending the same deed."""
        member, services = self._found(visit), self._shell.services
        command = self._adjustment(visit, member)
        outcome = command if isinstance(command, Refused) else services.counter.run([command])[0]
        if isinstance(outcome, Refused):
            return self._page(visit, member, "adjust", self._shell.trouble(visit, outcome), visit.get("key"))
        if not outcome.replayed:
            kind, units = visit.get("kind"), outcome.units
            services.reception.note(
                visit.staff, "points.adjusted", member.member_id, kind=kind, units=units, txn=outcome.txn
            )
        return Answer(goto=f"{visit.path.removesuffix('/adjust')}?done=adjusted")

    def level(self, visit: Visit) -> Answer:
        """A level by hand, through a last day or for ever; an empty one ends it."""
        member, services = self._found(visit), self._shell.services
        programme, _, level = visit.get("level").partition("/")
        reason = " ".join(visit.get("level_reason").split())[:REASON_MAX]
        command: SetLevel | Refused = Refused("required", field="reason")
        if reason:
            try:
                last_on = (
                    day_entry(visit.get("level_last_on"), field="last_on")
                    if visit.get("level_last_on")
                    else None
                )
                command = SetLevel(
                    Ref("member", member.member_id), programme, level, reason, f"console:{visit.staff.staff_id}",
                    visit.get("key"), visit.staff.staff_id, last_on if level else None,
                )  # fmt: skip
            except BadValueError:
                command = Refused("bad_day", field="last_on")
        outcome = command if isinstance(command, Refused) else services.counter.run([command])[0]
        if isinstance(outcome, Refused):
            return self._page(visit, member, "level", self._shell.trouble(visit, outcome), visit.get("key"))
        if not outcome.replayed:
            detail = {"programme": programme, "level": level, "last_on": visit.get("level_last_on")}
            services.reception.note(visit.staff, "level.set", member.member_id, **detail)
        return Answer(goto=f"{visit.path.removesuffix('/level')}?done=level_set")

    def give_coupon(self, visit: Visit) -> Answer:
        """A coupon by hand; the form's key makes a second sending the same deed."""
        member, services, staff = self._found(visit), self._shell.services, visit.staff
        programme, _, series = visit.get("series").partition(":")
        who = Ref("member", member.member_id)
        client = f"console:{staff.staff_id}"
        command = IssueCoupon(who, programme, series, client, visit.get("key"), staff.staff_id)
        outcome = services.counter.run([command])[0]
        if isinstance(outcome, Refused):
            return self._page(visit, member, "coupon", self._shell.trouble(visit, outcome), visit.get("key"))
        if not outcome.replayed:
            services.reception.note(staff, "coupon.given", member.member_id, series=series, txn=outcome.txn)
        return Answer(goto=f"{visit.path.removesuffix('/coupon')}?done=coupon_given")

    def cards(self, visit: Visit) -> Answer:
        """Issue, replace, block or unblock a card."""
        member, members, actor = self._found(visit), self._shell.services.members, visit.staff.staff_id
        card, deed = visit.get("card"), visit.get("do")
        new = Identifier("card", normal("card", visit.get("new")), visit.get("card_type").strip())
        if deed in _CARD_DONE:
            outcome, done = members.set_card(member.member_id, card, deed, actor), _CARD_DONE[deed]
        elif card:
            outcome, done = members.replace_card(member.member_id, card, new, actor), "card_replaced"
        else:
            outcome, done = members.add_identifier(member.member_id, new, actor), "card_added"
        if isinstance(outcome, Refused):
            return self._page(visit, member, "card", self._shell.trouble(visit, outcome))
        return Answer(goto=f"{visit.path.removesuffix('/cards')}?done={done}")

    def change(self, visit: Visit) -> Answer:
        """Save facts about the person; blocking the membership is one of them."""
        member = self._found(visit)
        try:
            birthday = day_entry(visit.get("birthday"), field="birthday") if visit.get("birthday") else None
        except BadValueError as error:
            refused = Refused("bad_day", field=error.field)
            return self._page(visit, member, "change", self._shell.trouble(visit, refused))
        further = changed_facts(visit)
        if isinstance(further, Refused):
            return self._page(visit, member, "change", self._shell.trouble(visit, further))
        person = PersonChange(
            visit.get("name").strip(), visit.get("phone"), visit.get("email"), birthday, birthday is None,
            attributes=further,
        )  # fmt: skip
        facts, status = changed_tags(visit), "blocked" if visit.get("blocked") else "active"
        if status != member.status:
            facts = msgspec.structs.replace(facts, status=status)
        outcome = self._shell.services.members.change(
            member.member_id, facts, person, (), visit.staff.staff_id
        )
        if isinstance(outcome, Refused):
            return self._page(visit, member, "change", self._shell.trouble(visit, outcome))
        return Answer(goto=f"{visit.path.removesuffix('/change')}?done=changed")

    def found(self, visit: Visit) -> MemberView:
        """The member of the address."""
        return self._found(visit)

    def again(
        self, visit: Visit, member: MemberView, dialog: str, trouble: Trouble | None, key: str
    ) -> Answer:
        """The card with a form still open."""
        return self._page(visit, member, dialog, trouble, key)

    def _found(self, visit: Visit) -> MemberView:
        member = self._shell.services.views.member(Ref("member", visit.names["member_id"]))
        if member is None:
            raise ClosedError(404)
        return member

    def _adjustment(self, visit: Visit, member: MemberView) -> Adjust | Refused:
        kind = visit.get("kind")
        known = self._shell.services.views.kinds().get(kind)
        if known is None:
            return Refused("unknown_kind", field="kind")
        reason = " ".join(visit.get("reason").split())[:REASON_MAX]
        if not reason:
            return Refused("required", field="reason")
        try:
            units = decimal_entry(visit.get("points"), known.decimals, field="points")
            last_on = day_entry(visit.get("last_on"), field="last_on") if visit.get("last_on") else None
        except BadValueError as error:
            return Refused("bad_day" if error.field == "last_on" else "bad_amount", field=error.field)
        signed = -abs(units) if visit.get("way") == "take" else abs(units)
        return Adjust(
            Ref("member", member.member_id), kind, signed, reason, f"console:{visit.staff.staff_id}", visit.get("key"),
            visit.staff.staff_id, last_on if signed > 0 else None,
        )  # fmt: skip

    def _page(
        self,
        visit: Visit,
        member: MemberView,
        dialog: str = "",
        trouble: Trouble | None = None,
        key: str = "",
    ) -> Answer:
        services, tongue = self._shell.services, self._shell.tongue(visit)
        holder, say = (member.bucket, member.holder_id), catalogue(visit.language)
        kinds, known = services.views.kinds(), services.views.catalogue()
        shops = {id_: shop.title or id_ for id_, shop in known.shops.items()}
        wallets = services.views.wallets(holder)
        lines = services.views.statement(holder, after=read_posting(visit.get("after")), limit=PAGE + 1)
        person = member.person
        levels = []
        for standing in services.views.standings(holder):
            rules = known.ruleset(standing.programme, services.clock())
            title = standing.programme if rules is None else title_of(rules.programme, visit.language)
            levels.append(level_words(standing, tongue, title))
        return self._shell.page(
            visit, "member/page.html", title=person.name or say.gettext("Member"), place="members", tongue=tongue,
            status=422 if trouble else 200, member=member, dialog=dialog, trouble=trouble,
            key=key or services.new_id("adj_"), errors=dict(trouble.fields) if trouble else {},
            name=person.name or person.phone or member.member_id,
            kinds=[(id_, " · ".join(dict.fromkeys(_forms(tongue, id_)))) for id_ in kinds],
            wallets=[wallet_words(wallet, tongue, kinds.get(wallet.kind)) for wallet in wallets],
            lots=lot_rows(wallets, tongue), lot_columns=columns_in(visit.language, LOT_COLUMNS),
            ladders=self._ladders(visit), burns=self._burns(holder, tongue), levels=[row for row in levels if row is not None],
            facts=member_facts(member, tongue, shops),
            statement=statement_rows(lines[:PAGE], tongue, gift_titles(self._shell.ruling(), visit.language)),
            statement_columns=columns_in(visit.language, STATEMENT_COLUMNS),
            following=_following(lines), first="?" if visit.get("after") else "",
            receipts=receipt_rows(services.views.receipts(holder, limit=RECEIPTS), tongue, shops),
            receipt_columns=tuple(row for row in columns_in(visit.language, RECEIPT_COLUMNS) if row.key != "who"),
            **offer_context(self._shell, visit, member, tongue), **data_context(self._shell, visit, member, tongue),
            coupons=self._coupons(holder, tongue), series=series_choices(self._shell.ruling(), tongue),
        )  # fmt: skip

    def _coupons(self, holder: tuple[int, str], tongue: Tongue) -> list[CouponWords]:
        """The member's own coupons that are not over."""
        services = self._shell.services
        today = local_day(services.clock(), tongue.zone)
        rows = [coupon_words(row, today, tongue) for row in services.coupons.of_member(holder)]
        return [row for row in rows if not row.ended]

    def _ladders(self, visit: Visit) -> list[tuple[str, str]]:
        """Levels that may be set by hand, by programme; one programme's need not be told apart."""
        services, say, found = self._shell.services, catalogue(visit.language), []
        known = services.views.catalogue()
        for id_ in known.programmes():
            rules = known.ruleset(id_, services.clock())
            if rules is not None and rules.programme.levels is not None:
                found.append((rules.programme, rules.programme.levels))
        rows = []
        for programme, levels in found:
            head = f"{title_of(programme, visit.language)}: " if len(found) > 1 else ""
            named = [(step.id, in_language(step.title, visit.language) or step.id) for step in levels.ladder]
            rows += [(f"{programme.programme}/{id_}", head + name) for id_, name in named[1:]]
            rows.append((f"{programme.programme}/", head + say.gettext("as purchases say")))
        return rows

    def _burns(self, holder: tuple[int, str], tongue: Tongue) -> list[str]:
        say = catalogue(tongue.language)
        return [
            say.gettext(
                "%(points)s after %(day)s",
                points=points_text(tongue, row.units, row.kind),
                day=calendar.day_of_year(tongue.language, row.last_on),
            )
            for row in self._shell.services.views.burning(holder, days=BURN_DAYS)
        ]


def _forms(tongue: Tongue, kind: str) -> list[str]:
    words = tongue.points.get(kind)
    forms = () if words is None else words.forms_in(tongue.language)
    return [forms[-1] if forms else kind]


def _following(lines: list[StatementLine]) -> str:
    if len(lines) <= PAGE:
        return ""
    last = lines[PAGE - 1]
    return "?" + urlencode({"after": write_moment(last.recorded_at, last.kind, last.version)})
