"""The words of every mistake and caution in a document, and of the advice after it, by code and language."""

from collections.abc import Mapping
from typing import Final

from kopilka.core.programme.caution_words import FROM_DATA, ONEROUS
from kopilka.core.programme.fields import Words


def _said(rows: Mapping[str, tuple[str, str]]) -> Mapping[str, Words]:
    return {code: {"ru": ru, "en": en} for code, (ru, en) in rows.items()}


_TEXT = {
    "too_large": ("Документ больше {most:count} байт.", "The document is larger than {most:count} bytes."),
    "not_utf8": ("Текст не в кодировке UTF-8.", "The text is not UTF-8."),
    "empty_document": ("Документ пуст.", "The document is empty."),
    "syntax": (
        "Здесь запись обрывается или непонятна: {problem:text}.",
        "This cannot be read: {problem:text}.",
    ),
    "tab": ("Отступ сделан табуляцией.", "The indent is made with a tab."),
    "duplicate_key": (
        "Ключ «{key:text}» уже стоит в строке {first:count}.",
        "Key “{key:text}” already stands at line {first:count}.",
    ),
    "bad_key": ("Ключом может быть только простой текст.", "Only a plain text can be a key."),
    "unknown_alias": ("Ссылка *{key:text} ни на что не указывает.", "Alias *{key:text} points at nothing."),
    "looping_alias": (
        "Ссылка *{key:text} указывает на то, внутри чего сама стоит.",
        "Alias *{key:text} points at what it stands inside of.",
    ),
    "too_deep": ("Вложенность больше {most:count} уровней.", "Nested deeper than {most:count} levels."),
    "too_many_values": (
        "Значений больше {most:count} (считая повторы по ссылкам).",
        "More than {most:count} values (those repeated by aliases counted).",
    ),
    "several_documents": ("В одном тексте несколько документов.", "One text holds several documents."),
    "tag_not_used": (
        "Метки вида «{key:text}» здесь не применяются.",
        "Tags such as “{key:text}” are not used here.",
    ),
}

_FIELDS = {
    "expected_mapping": ("Здесь должны стоять ключи со значениями.", "Keys with values are expected here."),
    "expected_list": ("Здесь должен стоять список.", "A list is expected here."),
    "expected_scalar": ("Здесь должно стоять одно значение.", "A single value is expected here."),
    "expected_conditions": ("Здесь должны стоять условия.", "Conditions are expected here."),
    "expected_steps": (
        "После from стоят ступени: от какой суммы сколько.",
        "Steps stand after `from`: from which total how much.",
    ),
    "empty_value": ("Значение пусто.", "The value is empty."),
    "empty_scale": ("Не сказано ни одного числа.", "Not a single number is given."),
    "mixed_scale": (
        "Рядом с from не может быть других ключей: число зависит или от суммы, или от уровня.",
        "Nothing may stand beside `from`: a number depends either on the total or on the level.",
    ),
    "duplicate_step": ("Ступень от {key:text} названа дважды.", "The step from {key:text} stands twice."),
    "too_long": ("Текст длиннее {most:count} знаков.", "The text is longer than {most:count} characters."),
    "bad_character": (
        "В тексте есть непечатный знак.",
        "The text contains a character that cannot be printed.",
    ),
    "unknown_key": ("Ключ «{key:text}» здесь неизвестен.", "Key “{key:text}” is not known here."),
    "unknown_rule_key": (
        "У правила нет ни ключа, ни действия «{key:text}».",
        "A rule has neither a key nor an effect “{key:text}”.",
    ),
    "unknown_condition": ("Нет условия «{key:text}».", "There is no condition “{key:text}”."),
    "missing_key": ("Не хватает ключа «{key:text}».", "Key “{key:text}” is missing."),
    "unknown_level": ("Нет уровня «{value:text}».", "There is no level “{value:text}”."),
    "unknown_kind": ("Нет вида баллов «{value:text}».", "There is no points kind “{value:text}”."),
    "unknown_rule": (
        "Нет другого начисляющего правила «{value:text}».",
        "There is no other earning rule “{value:text}”.",
    ),
    "unknown_coupon": (
        "В разделе coupons нет серии «{value:text}».",
        "There is no series “{value:text}” under coupons.",
    ),
    "unknown_perk": (
        "В разделе perks нет привилегии «{value:text}».",
        "There is no perk “{value:text}” under perks.",
    ),
    "coupon_inside": (
        "Условие «купон» не может стоять внутри any или not: нельзя будет сказать, израсходован ли он.",
        "A coupon cannot stand inside any or not: nobody could say whether it was used up.",
    ),
    "public_series": (
        "Серия «{value:text}» — общий промокод: он один на всех, раздавать его нечем.",
        "Series “{value:text}” is a public promo code: there is one for everybody, nothing to give out.",
    ),
    "duplicate_code": (
        "Промокод «{value:text}» уже есть у серии «{other:text}»: заглавные и строчные, пробелы и дефисы не различаются.",
        "Series “{other:text}” has promo code “{value:text}” already: case, spaces and dashes make no difference.",
    ),
    "bad_code": (
        "В промокоде «{value:text}» нет ни буквы, ни цифры.",
        "Promo code “{value:text}” has neither a letter nor a digit.",
    ),
    "cost_shared": (
        "Правила «{one:text}» и «{other:text}» берут баллы одного вида и могут сработать вместе: дайте им общую группу.",
        "Rules “{one:text}” and “{other:text}” cost points of one kind and may apply together: give them one group.",
    ),
    "bad_percent": ("«{value:text}» — не процент.", "“{value:text}” is not a percent."),
    "bad_money": ("«{value:text}» — не сумма денег.", "“{value:text}” is not an amount of money."),
    "bad_points": ("«{value:text}» — не число баллов.", "“{value:text}” is not a number of points."),
    "bad_count": ("«{value:text}» — не целое число.", "“{value:text}” is not a whole number."),
    "bad_whole": ("«{value:text}» — не целое число.", "“{value:text}” is not a whole number."),
    "bad_quantity": ("«{value:text}» — не количество.", "“{value:text}” is not a quantity."),
    "too_many_digits": (
        "«{value:text}»: после точки — не больше {digits:count|знака|знаков|знаков}.",
        "“{value:text}”: at most {digits:count|digit|digits} after the point.",
    ),
    "too_big": ("«{value:text}» больше, чем {most:text}.", "“{value:text}” is more than {most:text}."),
    "negative": ("«{value:text}» меньше нуля.", "“{value:text}” is below zero."),
    "bad_span": ("«{value:text}» — не срок.", "“{value:text}” is not a length of time."),
    "bad_span_or_choice": (
        "«{value:text}» — не срок и не одно из известных слов.",
        "“{value:text}” is neither a length of time nor one of the known words.",
    ),
    "bad_date": (
        "«{value:text}» — не день вида 2026-03-08.",
        "“{value:text}” is not a day such as 2026-03-08.",
    ),
    "bad_time": ("«{value:text}» — не время вида 14:00.", "“{value:text}” is not a time such as 14:00."),
    "bad_year_day": (
        "«{value:text}» — не день года вида 12-31 (месяц и число).",
        "“{value:text}” is not a day of the year such as 12-31 (month and day).",
    ),
    "bad_bool": (
        "«{value:text}» — здесь отвечают yes или no.",
        "“{value:text}”: the answer here is yes or no.",
    ),
    "bad_choice": ("«{value:text}» здесь не подходит.", "“{value:text}” does not fit here."),
    "bad_language": (
        "«{value:text}» — не обозначение языка вроде ru или en.",
        "“{value:text}” is not a language tag such as ru or en.",
    ),
}

_WHOLE = {
    "bad_currency": ("Нет валюты «{value:text}».", "There is no currency “{value:text}”."),
    "unknown_law": (
        "Законов «{value:text}» здесь нет.",
        "There is no law “{value:text}” here.",
    ),
    "bad_zone": ("Нет часового пояса «{value:text}».", "There is no time zone “{value:text}”."),
    "bad_id": (
        "«{value:text}» не годится в обозначения: нужны строчные латинские буквы, цифры, «-» и «_», сначала буква.",
        "“{value:text}” cannot be an id: small Latin letters, digits, “-” and “_”, a letter first.",
    ),
    "no_title": ("У программы нет названия.", "The programme has no title."),
    "duplicate_rule": (
        "Правило «{value:text}» уже есть: {other:text}.",
        "Rule “{value:text}” is already there: {other:text}.",
    ),
    "no_effect": (
        "Правило ничего не делает: нет ни одного действия.",
        "The rule does nothing: it has no effect.",
    ),
    "no_amount": ("Не сказано, сколько.", "It does not say how much."),
    "two_amounts": (
        "Сказано и «{one:text}», и «{other:text}»: непонятно, что из двух давать.",
        "It says both “{one:text}” and “{other:text}”: which of the two to give is unclear.",
    ),
    "not_with": (
        "«{key:text}» имеет смысл только вместе с «{other:text}».",
        "“{key:text}” only makes sense together with “{other:text}”.",
    ),
    "never_met": (
        "До этой границы от нижней ничего не остаётся: условие невыполнимо.",
        "Nothing is left between the lower bound and this one: the condition can never be met.",
    ),
    "asks_nothing": (
        "Условие ничего не спрашивает: его выполнит любая покупка.",
        "The condition asks for nothing: every purchase meets it.",
    ),
    "zero": ("Ноль здесь ничего не значит.", "Zero means nothing here."),
    "multiplier_low": (
        "Умножать имеет смысл больше чем на один.",
        "Only a multiplier above one gives anything.",
    ),
    "percent_over": (
        "{value:percent} — больше {most:percent}.",
        "{value:percent} is more than {most:percent}.",
    ),
    "no_points": ("В программе нет ни одного вида баллов.", "The programme has no kind of points."),
    "worthless_kind": (
        "Процент нельзя перевести в «{kind:text}»: не сказано, сколько стоит балл (worth).",
        "A percent cannot become “{kind:text}”: what a point is worth is not said (worth).",
    ),
    "spend_worthless": (
        "Платить нечем: ни у одного вида баллов не сказано, сколько стоит балл (worth).",
        "There is nothing to pay with: no kind of points says what a point is worth (worth).",
    ),
    "payout_worthless": (
        "Выплачивать нечего: не сказано, сколько стоит «{kind:text}» (worth).",
        "There is nothing to pay out: what a point of “{kind:text}” is worth is not said (worth).",
    ),
    "too_far_ahead": (
        "Ко дню рождения дарят не раньше чем за полгода (не больше {most:count} дней).",
        "A birthday is given to half a year ahead at most ({most:count} days).",
    ),
    "bad_decimals": (
        "У баллов бывает 0, 1 или 2 знака после точки.",
        "Points have 0, 1 or 2 digits after the point.",
    ),
    "no_levels": ("В лестнице нет ни одного уровня.", "The ladder has no level."),
    "duplicate_level": ("Уровень «{value:text}» назван дважды.", "Level “{value:text}” stands twice."),
    "needs_months": (
        "Для LTV нужно сказать, сколько месяцев клиент остаётся с вами (months).",
        "A lifetime value needs how many months a customer stays with you (months).",
    ),
    "too_many_months": (
        "{value:count} месяцев — это больше ста лет (не больше {most:count}).",
        "{value:count} months are more than a hundred years (at most {most:count}).",
    ),
    "tenure_window": (
        "Стаж считается со дня вступления, окна у него нет: здесь только ever.",
        "Tenure counts from the day of enrolment and has no window: only ever fits here.",
    ),
    "period_end_window": (
        "Снижать в конце периода можно, только если считается календарный период (год, квартал или месяц).",
        "Levels can fall at a period's end only where a calendar period is counted (year, quarter or month).",
    ),
    "never_falls": (
        "Уровни не снижаются (down: never), поэтому «{key:text}» ничего не значит.",
        "Levels never fall (down: never), so “{key:text}” means nothing.",
    ),
    "one_step_alone": (
        "Снижать по одному уровню нужно через какое-то время: укажите grace или down: period_end.",
        "To fall by one level each time there has to be a time between: say grace or down: period_end.",
    ),
    "ladder_start": ("Первый уровень должен начинаться с нуля.", "The first level must start from zero."),
    "ladder_order": (
        "Каждый следующий уровень должен начинаться выше предыдущего: «{value:text}» — не выше «{other:text}».",
        "Every level must start above the one before: “{value:text}” is not above “{other:text}”.",
    ),
    "enrolment_effect": (
        "Без покупки (за вступление, действие, ко дню рождения) можно только начислить число баллов: чека нет.",
        "Without a purchase (on enrolment, for an action, for a birthday) a number of points can be given and nothing else.",
    ),
    "too_many_combinations": (
        "В «{lane:text}» {combinations:text} сочетаний правил, больше {most:count}: такого выбора никто не объяснит.",
        "“{lane:text}” has {combinations:text} combinations of rules, more than {most:count}: nobody could explain such a choice.",
    ),
    "mixed_percent_on": (
        "Правила «{one:text}» и «{other:text}» действуют вместе, но одно считает процент от начальной цены, другое от остатка: скажите приоритетом, которое первое.",
        "Rules “{one:text}” and “{other:text}” act together, but one takes its percent of the initial price, the other of what remains: say by priority which is first.",
    ),
    "equal_priority": (
        "Правила «{one:text}» и «{other:text}» спорят по приоритету, а он у них одинаков.",
        "Rules “{one:text}” and “{other:text}” compete by priority, and theirs is the same.",
    ),
    "too_many": (
        "«{key:text}»: {given:count}, а может быть не больше {most:count}.",
        "“{key:text}”: {given:count}, and there can be at most {most:count}.",
    ),
    "needs_kind": (
        "Уровни считаются по баллам, а каким — не сказано (points).",
        "Levels count points, and it is not said which (points).",
    ),
}

_VERSIONS = {
    "version_in_the_past": (
        "Версия не может начаться в прошлом ({at:moment}): уже принятые решения не меняются.",
        "A version cannot begin in the past ({at:moment}): decisions already made do not change.",
    ),
    "version_number": (
        "Номер {value:count} занят или пропускает: следующий — {most:count}.",
        "Number {value:count} is taken or skips: the next is {most:count}.",
    ),
    "other_programme": (
        "Это версия другой программы: «{value:text}».",
        "This is a version of another programme: “{value:text}”.",
    ),
    "programme_renamed": (
        "Обозначение программы не меняется: было «{other:text}», стало «{value:text}».",
        "A programme keeps its id: it was “{other:text}”, now “{value:text}”.",
    ),
    "currency_changed": (
        "Валюта программы не меняется: была {other:text}, стала {value:text}.",
        "A programme keeps its currency: it was {other:text}, now {value:text}.",
    ),
    "decimals_changed": (
        "Число знаков у «{kind:text}» не меняется: было {other:count}, стало {value:count}. На счетах уже лежат баллы.",
        "“{kind:text}” keep their decimals: they were {other:count}, now {value:count}. Wallets already hold points.",
    ),
}

_CAUTIONS = {
    "nothing_changes": (
        "Текст тот же, что у версии {value:count}: ничего не изменится.",
        "The text is that of version {value:count}: nothing will change.",
    ),
    "later_version": (
        "Позже, {at:moment}, вступит в силу версия {value:count} и сменит эту.",
        "Later, {at:moment}, version {value:count} begins and replaces this one.",
    ),
    "kind_removed": (
        "Вида «{kind:text}» больше нет: баллы на счетах останутся, но здесь ничего не значат.",
        "Kind “{kind:text}” is gone: points in wallets stay, but mean nothing here.",
    ),
    "worth_changed": (
        "Балл «{kind:text}» стоил {old:money}, будет стоить {new:money}: изменится и цена уже накопленных.",
        "A point of “{kind:text}” was worth {old:money} and will be worth {new:money}, those already held too.",
    ),
    "zone_changed": (
        "Часовой пояс меняется с {other:text} на {value:text}: дни начнутся в другой час.",
        "The time zone changes from {other:text} to {value:text}: days will begin at another hour.",
    ),
    "cap_never_bites": (
        "Предел «{key:text}» никогда не сработает: правило и так даёт не больше.",
        "Limit “{key:text}” never bites: the rule gives no more anyway.",
    ),
    "unknown_class": (
        "Класс товара «{value:text}» в программе не описан.",
        "Product class “{value:text}” is not described in the programme.",
    ),
    "floor_nothing": (
        "Наименьшая цена для «{value:text}» — ноль: она ничего не удержит.",
        "A least price of zero for “{value:text}” holds nothing back.",
    ),
    "floor_below_law": (
        "{value:money} за пол-литра меньше, чем велит закон: {least:money}.",
        "{value:money} for half a litre is less than the law's {least:money}.",
    ),
    "levels_unused": (
        "Уровни есть, но ни одно правило от них не зависит.",
        "There are levels, but no rule depends on them.",
    ),
    "level_gets_nothing": (
        "Уровень «{value:text}» здесь не назван и не получит ничего.",
        "Level “{value:text}” is not named here and gets nothing.",
    ),
    "steps_down": (
        "Чем больше покупка, тем меньше дают: со ступени {value:money}.",
        "The larger the purchase, the less is given: from {value:money} on.",
    ),
    "never_spendable": (
        "«{kind:text}» стоят денег, но заплатить ими нельзя: нет раздела spend.",
        "“{kind:text}” are worth money, but cannot pay: there is no `spend` section.",
    ),
    "no_rules": ("В программе нет ни одного правила.", "The programme has no rule."),
    "priority_ignored": (
        "Приоритет ничего не решает: в «{lane:text}» выбирают лучшее для участника.",
        "Priority decides nothing: “{lane:text}” chooses what is best for the member.",
    ),
    "few_forms": (
        "Для «{tag:text}» нужны формы: {most:count}, а дано: {given:count}.",
        "“{tag:text}” needs {most:count|form|forms}, given: {given:count}.",
    ),
    "free_together": (
        "Правила «{one:text}» и «{other:text}» вместе снимут {percent:percent} цены: товар достанется даром.",
        "The rules “{one:text}” and “{other:text}” take {percent:percent} of a price together: goods for nothing.",
    ),
    "wide_earning": (
        "Возвращается больше цены покупки: {value:percent}.",
        "More comes back than the purchase costs: {value:percent}.",
    ),
}

_ADVICE = {
    "did_you_mean": ("Может быть, «{suggestion:text}»?", "Did you mean “{suggestion:text}”?"),
    "one_of": ("Подходит: {choices:text}.", "Possible: {choices:text}."),
    "decimal_point": ("Дробь пишут через точку.", "Write the fraction after a point."),
    "no_grouping": ("Пишите число без пробелов.", "Write the number without spaces."),
    "no_percent_sign": ("Знак % здесь лишний.", "The sign % does not belong here."),
    "span_unit": (
        "Допишите единицу: d — дни, w — недели, m — месяцы, y — годы.",
        "Add the unit: d for days, w for weeks, m for months, y for years.",
    ),
    "use_spaces": ("Отступы делают пробелами.", "Indent with spaces."),
    "check_syntax": ("Проверьте отступы, скобки и кавычки.", "Check indents, brackets and quotes."),
    "give_worth": ("Например: worth: 1.00.", "For example: worth: 1.00."),
    "group_them": (
        "Объедините правила в меньшее число групп (group).",
        "Put the rules into fewer groups (group).",
    ),
}

DOCUMENT: Final = _said(_TEXT | _FIELDS | _WHOLE | _VERSIONS)
"""Errors: what refuses a document or its publishing."""
CAUTIONS: Final = _said({**_CAUTIONS, **ONEROUS, **FROM_DATA})
"""Cautions: what a document may stand with."""
MISTAKES: Final[Mapping[str, Words]] = {**DOCUMENT, **CAUTIONS}
HINTS: Final[Mapping[str, Words]] = _said(_ADVICE)
