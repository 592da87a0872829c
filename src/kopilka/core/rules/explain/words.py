"""The words of an explanation's nodes. The amount of a node stands beside its words, so most do not repeat it."""

from kopilka.core.rules.reason import reason_kind

TO_PAY = reason_kind("why_to_pay", ru="К оплате", en="To pay")
GOODS = reason_kind("why_goods", ru="Товары", en="Goods")
LINE = reason_kind(
    "why_line", ru="{goods:text} × {quantity:quantity}", en="{goods:text} × {quantity:quantity}"
)
DELIVERY = reason_kind("why_delivery", ru="Доставка", en="Delivery")
GIVEN = reason_kind(
    "why_given", ru="Скидки, данные вне программы", en="Discounts given outside the programme"
)
NETTED = reason_kind(
    "why_netted",
    ru="Скидки больше цены товаров: меньше нуля не бывает",
    en="The discounts are more than the price: nothing goes below zero",
)
DISCOUNTS = reason_kind("why_discounts", ru="Скидки программы", en="Discounts of the programme")
LANES = {
    "prices": reason_kind("why_lane_prices", ru="Особые цены", en="Special prices"),
    "discounts": reason_kind("why_lane_discounts", ru="Скидки", en="Discounts"),
    "coupons": reason_kind("why_lane_coupons", ru="По купонам и промокодам", en="By coupons and promo codes"),
    "delivery": reason_kind("why_lane_delivery", ru="На доставку", en="On delivery"),
}
PERCENT = reason_kind(
    "why_percent", ru="{share:percent} от {base:money}", en="{share:percent} of {base:money}"
)
PERCENT_INITIAL = reason_kind(
    "why_percent_initial",
    ru="{share:percent} от {base:money} — от цены до других скидок",
    en="{share:percent} of {base:money}: the price before other discounts",
)
TOOK = reason_kind("why_took", ru="скидка по правилу", en="a discount by the rule")
ON_LINE = reason_kind("why_on_line", ru="{goods:text}", en="{goods:text}")
ON_LINE_PERCENT = reason_kind(
    "why_on_line_percent",
    ru="{goods:text}: {share:percent} от {base:money}",
    en="{goods:text}: {share:percent} of {base:money}",
)
LINE_CUT = reason_kind(
    "why_line_cut",
    ru="без ограничений было бы {wanted:money}",
    en="without limits it would be {wanted:money}",
)
ROUNDED_LINES = reason_kind(
    "why_rounded_lines",
    ru="каждая строка округлена до копейки отдельно",
    en="each line is rounded by itself",
)
RATE_LEVEL = reason_kind(
    "why_rate_level", ru="так на уровне {level:level}", en="this is the rate of level {level:level}"
)
RATE_TOTAL = reason_kind(
    "why_rate_total",
    ru="ступень от {start:money}, а сумма покупки {total:money}",
    en="the step from {start:money}, and the purchase is {total:money}",
)
RATE_SPENT = reason_kind(
    "why_rate_spent",
    ru="так после покупок на {start:money}",
    en="this is the rate after purchases for {start:money}",
)
CAPPED = reason_kind(
    "why_capped",
    ru="без предела правила было бы {wanted:money}",
    en="without the rule's limit it would be {wanted:money}",
)
CAP_RECEIPT = reason_kind(
    "why_cap_receipt", ru="не больше {most:money} за чек", en="at most {most:money} a receipt"
)
CAP_MEMBER = reason_kind(
    "why_cap_member",
    ru="не больше {most:money} участнику {per:period}",
    en="at most {most:money} for a member {per:period}",
)
CAP_BUDGET = reason_kind(
    "why_cap_budget", ru="на всю акцию отведено {most:money}", en="the whole offer has {most:money}"
)
CAP_LINE = reason_kind(
    "why_cap_line",
    ru="по правилу не больше {share:percent} цены строки",
    en="by the rule at most {share:percent} of a line's price",
)
CAP_ALL = reason_kind(
    "why_cap_all",
    ru="{goods:text}: все скидки вместе — не больше {share:percent} цены",
    en="{goods:text}: all discounts together are at most {share:percent} of the price",
)
FLOOR = reason_kind(
    "why_floor",
    ru="{goods:text}: дешевле {floor:money} продавать нельзя",
    en="{goods:text}: may not cost less than {floor:money}",
)
KEPT_OUT = reason_kind(
    "why_kept_out", ru="{goods:text}: {class_:classes}", en="{goods:text}: {class_:classes}"
)
NO_DISCOUNT = reason_kind(
    "why_no_discount", ru="скидки на них не действуют", en="discounts do not work on them"
)
NO_EARN = reason_kind("why_no_earn", ru="бонусов не приносят", en="they earn no points")
NO_SPEND = reason_kind("why_no_spend", ru="бонусами не оплачиваются", en="points do not pay for them")
NO_COUNT = reason_kind(
    "why_no_count", ru="в пороги и уровни не идут", en="they count towards no threshold and no level"
)
CLOSED = reason_kind(
    "why_closed",
    ru="{goods:text}: цена уже особая, другие скидки не добавляются",
    en="{goods:text}: at a special price already, no further discounts",
)
SPENT = reason_kind("why_spent", ru="Оплачено: {points:points}", en="Paid with {points:points}")
ASKED = reason_kind("why_asked", ru="хотели потратить {points:points}", en="{points:points} were asked for")
ASKED_ALL = reason_kind(
    "why_asked_all", ru="хотели потратить, сколько можно", en="as much as allowed was asked for"
)
ROOM = reason_kind("why_room", ru="можно было потратить {points:points}", en="{points:points} could be spent")
NOT_SPENT = reason_kind(
    "why_not_spent",
    ru="Баллами не платили; можно было потратить {points:points}",
    en="No points were spent; {points:points} could be",
)
CANNOT_SPEND = reason_kind("why_cannot_spend", ru="Платить баллами нельзя", en="Points cannot pay here")
EARNED = reason_kind("why_earned", ru="Начислено", en="Earned")
EARN_FIXED = reason_kind("why_earn_fixed", ru="{points:points} за покупку", en="{points:points} a purchase")
EARN_PER = reason_kind(
    "why_earn_per",
    ru="{points:points} за каждые {per:money} из {base:money}",
    en="{points:points} for every {per:money} of {base:money}",
)
EARN_EACH = reason_kind(
    "why_earn_each",
    ru="{points:points} за штуку, всего {quantity:quantity}",
    en="{points:points} for each piece, {quantity:quantity} in all",
)
EARN_TOOK = reason_kind("why_earn_took", ru="начисление по правилу", en="points by the rule")
BASIS = reason_kind("why_basis", ru="уплачено деньгами {paid:money}", en="{paid:money} paid with money")
BASIS_ALL = reason_kind(
    "why_basis_all",
    ru="в счёт идёт {paid:money} вместе с оплаченным баллами",
    en="{paid:money} count, with what points paid",
)
POINTS_PART = reason_kind(
    "why_points_part",
    ru="{part:money} оплачено баллами и в счёт не идёт",
    en="{part:money} paid with points do not count",
)
OTHER_GOODS = reason_kind(
    "why_other_goods",
    ru="другие товары на {part:money} в правило не входят",
    en="other goods for {part:money} are not in the rule",
)
ROUNDED = {
    "down": reason_kind(
        "why_rounded_down",
        ru="{exact:quantity} → {points:points}: дробная часть отброшена",
        en="{exact:quantity} → {points:points}, rounded down",
    ),
    "up": reason_kind(
        "why_rounded_up",
        ru="{exact:quantity} → {points:points}: округлено вверх",
        en="{exact:quantity} → {points:points}, rounded up",
    ),
    "half_up": reason_kind(
        "why_rounded_half_up",
        ru="{exact:quantity} → {points:points}: округлено до ближайшего, половина вверх",
        en="{exact:quantity} → {points:points}, rounded to the nearest, a half up",
    ),
    "half_even": reason_kind(
        "why_rounded_half_even",
        ru="{exact:quantity} → {points:points}: округлено до ближайшего, половина к чётному",
        en="{exact:quantity} → {points:points}, rounded to the nearest, a half to the even",
    ),
}
ROUNDED_LINES_POINTS = reason_kind(
    "why_rounded_lines_points",
    ru="баллы за каждую строку округлены отдельно",
    en="the points of each line are rounded by themselves",
)
EARN_CAPPED = reason_kind(
    "why_earn_capped",
    ru="без предела правила было бы {wanted:points}",
    en="without the rule's limit it would be {wanted:points}",
)
EARN_CAP_RECEIPT = reason_kind(
    "why_earn_cap_receipt", ru="не больше {most:points} за чек", en="at most {most:points} a receipt"
)
EARN_CAP_MEMBER = reason_kind(
    "why_earn_cap_member",
    ru="не больше {most:points} участнику {per:period}",
    en="at most {most:points} for a member {per:period}",
)
EARN_CAP_BUDGET = reason_kind(
    "why_earn_cap_budget", ru="на всю акцию отведено {most:points}", en="the whole offer has {most:points}"
)
SPENDABLE = reason_kind("why_spendable", ru="тратить можно с {first:date}", en="spendable from {first:date}")
SPENDABLE_UNTIL = reason_kind(
    "why_spendable_until",
    ru="тратить можно с {first:date} по {last:date}",
    en="spendable from {first:date} through {last:date}",
)
LEVEL = reason_kind(
    "why_level", ru="Уровень участника: {level:level}", en="The member's level: {level:level}"
)
LEVEL_WON = reason_kind(
    "why_level_won",
    ru="Этой покупкой достигнут уровень {level:level}; он действует со следующей",
    en="This purchase has reached level {level:level}; it holds from the next one on",
)
GUEST = reason_kind(
    "why_guest",
    ru="Покупатель не назвался: баллы не начисляются и не тратятся",
    en="The buyer is not known: nothing is earned and nothing can be spent",
)
CHARGED = reason_kind(
    "why_charged", ru="списано у участника {points:points}", en="{points:points} taken from the member"
)
CODES = reason_kind("why_codes", ru="Купоны и промокоды", en="Coupons and promo codes")
CODE_USED = reason_kind("why_code_used", ru="{code:text}: сработал", en="{code:text}: used")
CODE_NOT_USED = reason_kind("why_code_not_used", ru="{code:text}: не сработал", en="{code:text}: not used")
GIVEN_TOO = reason_kind("why_given_too", ru="Кроме того", en="Besides")
GIFT = reason_kind(
    "why_gift",
    ru="подарок: {goods:text}, {quantity:quantity}",
    en="a gift: {goods:text}, {quantity:quantity}",
)
COUPON = reason_kind("why_coupon", ru="купон «{series:coupons}»", en="a coupon: {series:coupons}")
COUPON_UNTIL = reason_kind(
    "why_coupon_until",
    ru="купон «{series:coupons}» по {last:date}",
    en="a coupon through {last:date}: {series:coupons}",
)
PERK = reason_kind("why_perk", ru="привилегия «{perk:perk}»", en="a perk: {perk:perk}")
PERK_UNTIL = reason_kind(
    "why_perk_until",
    ru="привилегия «{perk:perk}» по {last:date}",
    en="a perk through {last:date}: {perk:perk}",
)
MESSAGE = {
    "cashier": reason_kind("why_message_cashier", ru="подсказка кассиру", en="a word to the cashier"),
    "slip": reason_kind("why_message_slip", ru="строка на чеке", en="a line on the slip"),
    "customer": reason_kind("why_message_customer", ru="сообщение покупателю", en="a word to the customer"),
}
MISSED = reason_kind("why_missed", ru="Не сработали", en="Did not apply")
VARIANCE = reason_kind(
    "why_variance",
    ru="Касса взяла иначе, чем решено: {goods:text}, разница {part:money}",
    en="The till took another sum than decided: {goods:text}, {part:money} apart",
)
VARIANCE_POINTS = reason_kind(
    "why_variance_points",
    ru="Касса списала баллов иначе, чем решено: разница {part:points}",
    en="The till took other points than decided: {part:points} apart",
)
RETURNED = reason_kind("why_returned", ru="Возврат {at:moment}", en="Return on {at:moment}")
RETURN_LINE = reason_kind("why_return_line", ru="вернулось: {goods:text}", en="came back: {goods:text}")
RETURN_BACK = reason_kind(
    "why_return_back",
    ru="возвращены потраченные {points:points}",
    en="{points:points} that had paid were given back",
)
RETURN_TAKEN = reason_kind(
    "why_return_taken",
    ru="сняты начисленные за эти товары {points:points}",
    en="{points:points} earned on these goods were taken back",
)
RETURN_MISSED = reason_kind(
    "why_return_missed",
    ru="{points:points} снять не вышло: уже потрачены",
    en="{points:points} could not be taken: they were spent already",
)
