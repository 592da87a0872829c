"""The pages about connectors, `docs/connectors.md` and `docs/connectors.ru.md`: written from their manifests, so that
pages, console and command line never differ.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from kopilka.app.trade import CONNECTORS
from kopilka.usecases.manifest import QUALITY, Grade, Manifest, Text, Verified, grade_of


class Wording(msgspec.Struct, frozen=True):
    """What the page itself says in a language."""

    file: str
    readme: str
    intro: str
    head: str
    verified: Mapping[Verified, str]
    grades: Mapping[Grade, str]
    address: str
    repeats: str
    steps: str
    settings: str
    more: str
    quality: str
    other: str


PAGES: Mapping[str, Wording] = {
    "en": Wording(
        "connectors.md", "README.md",
        """# Connectors

Software that already speaks one of these protocols uses Kopilka unchanged: enter an address and a key, and it works. Every
door is a thin translation over the same use cases, so a member has **one balance whichever door is used**: enrolled through a
site, paying at a till, bringing goods back at another, all in one history.

Connect in the console (Work → Connections) or with `kopilka connection create frontol "Till 1" --shop main`. The key is told
once; the database keeps its hash, and a sealed copy where the protocol signs with it (`KOPILKA_SECRET_KEY`, see
[Running it](operations.md)). The console shows the last calls of each connection and has a button that calls it as its client
would.

**Late and broken networks.** Every protocol's own key of a sale, a refund or a delivery is a key of ours, so a repeat changes
nothing, whenever it comes. A till may reserve and die (the reservation lapses), confirm hours later (booked as sold, with the
programme of the sale's moment), send twice or out of order. Each protocol is run by a simulator over a network that loses,
doubles, delays and reorders calls; afterwards the ledger must be the same as over a perfect wire, to the last unit.

A sale that one door names by a UUID is the same sale for every door, so goods sold through one can come back through another.
Other ids are the connection's own.
""",
        "| connector | way | quality | verified |",
        {
            Verified.CLIENT: "with an unmodified client",
            Verified.RECORDED: "with recorded traffic",
            Verified.SHAPE: "written to the published shape, **not verified against the system itself**",
        },
        {Grade.NONE: "–", Grade.BRONZE: "bronze", Grade.SILVER: "silver", Grade.GOLD: "gold"},
        "Address:", "Repeats:", "To connect:", "Settings:", "More:", "The quality scale",
        "По-русски: [connectors.ru.md](connectors.ru.md).",
    ),
    "ru": Wording(
        "connectors.ru.md", "README.ru.md",
        """# Коннекторы

Программы, которые уже говорят на одном из этих протоколов, работают с Копилкой без изменений: введите адрес и ключ. Каждая
дверь — тонкий перевод поверх одних и тех же действий, поэтому у участника **один баланс, какой бы дверью ни вошли**: записался
на сайте, заплатил на кассе, вернул товар на другой — всё в одной истории.

Подключить можно в консоли («Работа → Подключения») или командой `kopilka connection create frontol "Касса 1" --shop main`. Ключ
называется один раз; в базе хранится его хеш, а там, где протокол подписывает ключом, — запечатанная копия (`KOPILKA_SECRET_KEY`,
см. [Running it](operations.md)). Консоль показывает последние вызовы каждого подключения, и в ней есть кнопка, которая обращается
к нему так же, как его клиент.

**Опоздавшие и плохие сети.** Собственный ключ продажи, возврата или доставки в каждом протоколе — наш ключ, поэтому повтор не
меняет ничего, когда бы он ни пришёл. Касса может зарезервировать и умереть (резерв истечёт), подтвердить через часы (чек
проводится как проданный, по программе на момент продажи), прислать дважды или не по порядку. Каждый протокол проигрывает
симулятор в сети, которая теряет, удваивает, задерживает и переставляет вызовы; после этого счёт должен быть таким же, как при
идеальной связи, до последней единицы.

Продажа, названная UUID, — одна и та же для всех дверей: проданное через одну можно вернуть через другую. Прочие номера —
собственные номера подключения.
""",
        "| коннектор | куда | качество | проверено |",
        {
            Verified.CLIENT: "неизменённым клиентом",
            Verified.RECORDED: "записанным трафиком",
            Verified.SHAPE: "написано по опубликованному описанию, **с самой системой не проверено**",
        },
        {Grade.NONE: "–", Grade.BRONZE: "бронза", Grade.SILVER: "серебро", Grade.GOLD: "золото"},
        "Адрес:", "Повторы:", "Как подключить:", "Настройки:", "Подробно:", "Шкала качества",
        "In English: [connectors.md](connectors.md).",
    ),
}  # fmt: skip
_WAYS = {"in": "→", "out": "←", "both": "⇄"}
HOME = "../src/kopilka/connectors"


def page(language: str) -> str:
    """The whole page in a language."""
    return "\n".join(_lines(language)) + "\n"


def _lines(language: str) -> Iterator[str]:
    words = PAGES[language]
    found = sorted(
        (each.manifest for each in CONNECTORS), key=lambda each: each.title.of(language).casefold()
    )
    yield words.intro
    yield words.other
    yield ""
    yield words.head
    yield "|---|---|---|---|"
    for each in found:
        cells = (
            f"[{each.title.of(language)}](#{each.id})", _WAYS[each.way.value], words.grades[grade_of(each.meets)],
            words.verified[each.verified],
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"
    for each in found:
        yield from _one(each, words, language)
    yield ""
    yield f"## {words.quality}"
    yield ""
    for rule in QUALITY:
        yield f"- **{words.grades[rule.grade]}** — {rule.words.of(language)} (`{rule.id}`)"


def _one(manifest: Manifest, words: Wording, language: str) -> Iterator[str]:
    def said(text: Text) -> str:
        return " ".join(text.of(language).split())

    yield ""
    yield f'## <a id="{manifest.id}"></a>{said(manifest.title)}'
    yield ""
    yield said(manifest.words)
    yield ""
    yield f"{words.address} `{manifest.address or '/'}`  "
    yield f"{words.repeats} {said(manifest.idempotency)}"
    yield ""
    yield words.steps
    yield ""
    for number, step in enumerate(manifest.steps, 1):
        yield f"{number}. {said(step)}"
    if manifest.settings:
        yield ""
        yield words.settings
        yield ""
        for setting in manifest.settings:
            usual = f" (`{setting.usual}`)" if setting.usual else ""
            yield f"- `{setting.name}`{usual} — {said(setting.title)}. {said(setting.words)}"
    yield ""
    yield f"{words.more} [{manifest.id}/{words.readme}]({HOME}/{manifest.id}/{words.readme})"


if __name__ == "__main__":
    for tag, wording in PAGES.items():
        (Path(sys.argv[1]) / wording.file).write_text(page(tag), encoding="utf-8")
