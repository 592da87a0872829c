"""Refusals as sentences: what a use case's "no" says to people on a screen. Codes of returns are reasons of the core."""

from collections.abc import Mapping

from kopilka.core.rules.reason import REASONS, Reason
from kopilka.usecases.outcomes import Refused
from kopilka.words.catalogue import N_, catalogue
from kopilka.words.reasons import said
from kopilka.words.render import Tongue, render

# A place such as {asked:points} is written as in reasons.
_TEXTS: Mapping[str, str] = {
    "action_exists": N_("This action is counted for another member already."),
    "bad_amount": N_("This is not an amount. Write it as 2350.50."),
    "bad_attribute": N_(
        "A fact has a name of at most 64 characters and a value of at most 128; a member has at most {most:count} of them."
    ),
    "bad_day": N_("This is not a day of the calendar."),
    "bad_fact": N_("Write each fact in a line of its own, as size: M."),
    "bad_identifier": N_("This cannot be a phone, an e-mail or a card number. Check the digits."),
    "bad_password": N_("A password has at least {least:count} characters."),
    "bad_pieces": N_("From 1 to {most:count} gifts at a time."),
    "bad_quantity": N_("This is not a quantity. Write it as 0.450 or 2."),
    "bad_tag": N_("A tag has from 1 to 64 characters; a member has at most {most:count} of them."),
    "bad_zone": N_("There is no such time zone. Write it as Europe/Moscow."),
    "card_blocked": N_("This card is blocked. Find the member by phone and give a new card."),
    "card_replaced": N_("This card was replaced by another one."),
    "differs_from_decision": N_("The sums differ from what was counted. Count the receipt again."),
    "gift_limit": N_("One member may have {most:count} of these gifts; {had:count} were taken already."),
    "code_public": N_(
        "This is a public promo code: it needs no activation, and the programme says until when it works."
    ),
    "codes_too_short": N_(
        "Codes of {length:count} characters could be guessed among so many: the series needs {needed:count}."
    ),
    "hold_changed": N_(
        "The goods or the buyer have changed since the points were reserved. Count the receipt again."
    ),
    "hold_lapsed": N_("The reserve of points has run out. Count the receipt again."),
    "identifier_taken": N_("Somebody has this number already. Find them instead of adding them again."),
    "in_the_future": N_("This moment has not come yet. Check the clock."),
    "in_the_past": N_("This day has passed already."),
    "key_reused": N_("This form was sent before with other contents. Open the page again."),
    "login_taken": N_("This login is taken."),
    "member_blocked": N_("This membership is blocked."),
    "member_erased": N_("This person was erased at their own wish."),
    "not_erased_yet": N_(
        "This request is done when the person is erased. Erase them, or dismiss it with a reason."
    ),
    "request_ended": N_("This request has been answered already."),
    "unknown_request": N_("There is no such request."),
    "no_identifier": N_("Say a phone, an e-mail or a card: something has to find the member."),
    "no_lines": N_("There are no goods in the receipt yet."),
    "no_payout": N_("These points are not paid out in money."),
    "not_closed": N_("This receipt is not closed, so there is nothing to return."),
    "not_enough_points": N_("Not enough points: {asked:points} asked, {free:points} free."),
    "not_held": N_("No points are reserved for this receipt."),
    "not_same_day": N_("A receipt is voided on its own day only. Make a return instead."),
    "nothing_to_adjust": N_("Say how many points to add or take."),
    "nothing_to_return": N_("Say for at least one line how much comes back."),
    "other_currency": N_("This shop sells in {expected:text}."),
    "other_member": N_("This receipt belongs to another member."),
    "other_points": N_("Other points pay here: {expected:text}."),
    "out_of_stock": N_("There are not enough of these gifts: {left:count} left."),
    "receipt_exists": N_("This receipt is closed already."),
    "required": N_("This has to be filled in."),
    "returned_already": N_("Goods of this receipt have come back already, so it cannot be voided."),
    "same_text": N_("Version {version:count} says the same already."),
    "secret_taken": N_("Another connection has this key already."),
    "bad_secret": N_("A key has at least {least:count} signs."),
    "not_a_choice": N_("Choose one of the values offered."),
    "unknown_connection": N_("There is no such connection, or it is closed."),
    "too_many_codes_sent": N_("This phone was sent too many codes. Wait for {minutes:count} min."),
    "unknown_check": N_("There is no such check."),
    "code_expired": N_("The code has expired: ask for a new one."),
    "too_many_wrong_codes": N_("Too many wrong codes: ask for a new one."),
    "wrong_code": N_("The code is wrong."),
    "series_public": N_("This series is one public code: give it by saying the code."),
    "spend_too_much": N_("{asked:points} asked, at most {most:points} may be spent here."),
    "too_many_codes": N_("Too many wrong codes. Wait for {seconds:count} s and try again."),
    "too_many_tries": N_("Too many tries. Wait for {minutes:count} min and try again."),
    "address_not_https": N_("The address must begin with https://"),
    "address_private": N_(
        "This address leads into a private network. The operator may allow that: see docs/events.md."
    ),
    "bad_address": N_("This is no address to send to. Write it as https://example.com/events."),
    "broken_seal": N_(
        "The secret was sealed with another KOPILKA_SECRET_KEY: give that one back, or make a new secret."
    ),
    "bad_webhook_secret": N_("A secret is whsec_ and base64 of 24 to 64 bytes."),
    "not_waiting": N_("This delivery does not wait any more."),
    "too_many_subscriptions": N_("There are {most:count} subscriptions already: delete one first."),
    "unknown_delivery": N_("There is no such delivery."),
    "unknown_event": N_("There is no such event."),
    "unknown_format": N_("There is no such way to write events."),
    "unknown_subscription": N_("There is no such subscription."),
    "wrong_hours": N_("From 0 to {most:count} hours."),
    "unknown_action": N_("No rule of this programme rewards such an action."),
    "unknown_batch": N_("There is no such batch of coupons."),
    "unknown_card": N_("This member has no such card."),
    "unknown_gift": N_("There is no such gift."),
    "unknown_kind": N_("There are no such points."),
    "unknown_level": N_("There is no such level."),
    "unknown_member": N_("Nobody is found by this number."),
    "unknown_points": N_("There are no such points."),
    "unknown_programme": N_("There is no such programme."),
    "unknown_receipt": N_("There is no such receipt."),
    "unknown_redemption": N_("No gift went out under this number."),
    "unknown_series": N_("The programme has no such series of coupons."),
    "unknown_shop": N_("There is no such shop."),
    "version_taken": N_("Somebody else has published a version meanwhile. Look at it and publish again."),
    "wrong_count": N_("Say how many coupons: from 1 to {most:count}."),
    "wrong_password": N_("Wrong login or password."),
}


def refusal(refused: Refused, tongue: Tongue) -> str:
    """The sentence of a refusal; a code without words is shown as it is."""
    text = _TEXTS.get(refused.code)
    if text is None or refused.code in REASONS:
        return said(Reason(refused.code, dict(refused.params)), tongue)
    return render(catalogue(tongue.language).raw(text), refused.params, tongue, code=refused.code)
