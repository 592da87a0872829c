"""A served house tells by itself: what a till does by HTTP is at the receiver a moment later, in every process' rounds."""

import pytest
from receivers import Receiver
from standardwebhooks import Webhook
from trading import trading

from kopilka.core.receipt import Line, Receipt
from kopilka.usecases.commands import Close, Ref
from kopilka.usecases.outcomes import Done
from kopilka.usecases.subscriptions import SubscriptionWish

pytestmark = pytest.mark.usefixtures("inside")


def test_a_served_house_hands_on_and_sends_by_itself(database: str, site: Receiver) -> None:
    with trading(database) as shop:
        made = shop.house.subscriptions.create(SubscriptionWish(site.url, names=("receipt.closed",)))
        assert isinstance(made, tuple)
        member = shop.member()
        line = Line("1", "tea-100", 1000, 10_000)
        receipt = Receipt("r1", "shop", shop.clock(), "RUB", (line,))
        done = shop.house.desk().run([Close(receipt, Ref("member", member))])[0]
        assert isinstance(done, Done)
        shop.until(lambda: bool(site.got))

    assert member == Webhook(made[1]).verify(site.got[0].body, site.got[0].headers)["data"]["member"]
    assert 1 == len(site.got)
