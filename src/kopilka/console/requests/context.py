"""What a member's card shows owners of personal data: open requests, and what an erasure would end."""

from kopilka.console.requests.words import GROUNDS, WISHES, due_words
from kopilka.console.shell import Shell
from kopilka.look.slip import points_text
from kopilka.look.visit import Visit
from kopilka.usecases.data_requests import ERASE, EXPORT
from kopilka.usecases.erasure_act import PERSON, SHOP
from kopilka.usecases.outcomes import Refused
from kopilka.usecases.staff import Right
from kopilka.usecases.views import MemberView
from kopilka.words.catalogue import catalogue
from kopilka.words.render import Tongue


def data_context(shell: Shell, visit: Visit, member: MemberView, tongue: Tongue) -> dict[str, object]:
    """What the card shows owners of requests and of what an erasure would end."""
    if not visit.staff.may(Right.PRIVACY):
        return {"asked": [], "act": None}
    privacy, say, now = shell.services.privacy, catalogue(visit.language), shell.services.clock()
    if member.status == "erased":
        return {"asked": [], "act": privacy.erasures.act_of(member.member_id)}
    requests = privacy.requests.of_member(member.member_id)
    stakes = privacy.erasures.stakes(member.member_id)
    by_shop = any(row.wish == ERASE and row.connection_id for row in requests)
    balances = [
        points_text(tongue, wallet.total, wallet.kind)
        for wallet in shell.services.views.wallets((member.bucket, member.holder_id))
        if wallet.total
    ]
    return {
        "asked": [(row, say.gettext(WISHES[row.wish]), due_words(row, tongue, now)) for row in requests],
        "act": None,
        "stakes": None if isinstance(stakes, Refused) else stakes,
        "stake_points": ", ".join(balances),
        "grounds": [(ground, say.gettext(words)) for ground, words in GROUNDS.items()],
        "ground": SHOP if by_shop else PERSON,
        "wishes": [(wish, say.gettext(WISHES[wish])) for wish in (EXPORT, ERASE)],
    }  # fmt: skip
