"""Why bonuses of an order cannot be spent, as errors of the protocol."""

from kopilka.connectors.retailcrm.ask import Ask
from kopilka.connectors.retailcrm.mapping_privileges import main_kind
from kopilka.connectors.retailcrm.wire import WrongCallError, plain, wrong_entity
from kopilka.connectors.retailcrm.words import refusal, text
from kopilka.core.rules.ruleset import Ruleset
from kopilka.usecases.outcomes import Refused


def wrong_of(ask: Ask, rules: Ruleset, refused: Refused) -> WrongCallError:
    """Why bonuses cannot be spent, as an error of the protocol."""
    match refused.code:
        case "spend_too_much":
            return _too_much(ask, rules, refused)
        case "card_blocked" | "member_blocked" | "unknown_member":
            return wrong_entity("loyalty", refusal(refused, russian=ask.russian), refused.code)
        case _:
            words = ask.say("Бонусы сейчас не списать", "Bonuses cannot be spent now")
            return wrong_entity("amount", words, refused.code)


def _too_much(ask: Ask, rules: Ruleset, refused: Refused) -> WrongCallError:
    if refused.params.get("reason") == "spend_balance":
        words = text("not_enough_points", russian=ask.russian)
    else:
        kind = rules.programme.points.get(main_kind(rules))
        digits = 0 if kind is None else kind.decimals
        most = int(refused.params.get("most", 0))
        most_text = plain(most, digits)
        words = ask.say(
            f"Для этого заказа можно списать не больше {most_text} бонусов",
            f"No more than {most_text} bonuses may be spent on this order",
        )
    return wrong_entity("amount", words, refused.code)
