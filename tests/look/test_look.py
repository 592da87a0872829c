"""The look: every screen of the gallery in both languages, readable colours, nothing inline, no missing icon."""

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from kopilka.look import spark as drawing
from kopilka.look.gallery import SCREENS, gallery
from kopilka.look.jinja import Pages
from kopilka.look.shapes import Person
from kopilka.look.static import Shelf, look_folder
from kopilka.words.languages import LANGUAGES
from kopilka.words.render import PointsWords, Tongue

SHELF = Shelf([look_folder()])
PAGES = Pages([], SHELF)
CSS = SHELF.files["kopilka.css"].content.decode()
TEMPLATES = {entry.name: entry.read_text() for entry in files("kopilka.look").joinpath("templates").iterdir()}
SHOWN = [(screen, tag) for screen in SCREENS for tag in LANGUAGES]
ROOT_LIGHT, ROOT_SYSTEM_DARK, ROOT_DARK = re.findall(r":root[^{]*\{([^}]*--bg[^}]*)\}", CSS)


class Reader(HTMLParser):
    """Collects what the checks below ask about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.attributes: set[str] = set()
        self.inside_label = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.attributes |= set(found)
        self.inside_label += tag == "label"
        if "id" in found:
            self.ids.append(str(found["id"]))
        if tag == "label" and "for" in found:
            self.labelled.add(str(found["for"]))
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden" and not self.inside_label:
            self.inputs.append(found)

    def handle_endtag(self, tag: str) -> None:
        self.inside_label -= tag == "label"


@pytest.mark.parametrize(("screen", "tag"), SHOWN)
def test_every_input_has_a_label_and_every_id_is_one(screen: str, tag: str) -> None:
    page = Reader(gallery(PAGES, screen, tag))

    assert [
        i["name"] for i in page.inputs if i.get("id") not in page.labelled and not i.get("aria-label")
    ] == []
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize(("screen", "tag"), SHOWN)
def test_a_page_carries_no_style_or_script_of_its_own(screen: str, tag: str) -> None:
    html = gallery(PAGES, screen, tag)

    assert {a for a in Reader(html).attributes if a == "style" or a.startswith("on")} == set()
    assert "<style" not in html
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == []
    assert re.findall(r'(?:src|href)="https?://', html) == []


@pytest.mark.parametrize(("screen", "tag"), SHOWN)
def test_every_icon_and_file_named_on_a_page_exists(screen: str, tag: str) -> None:
    html = gallery(PAGES, screen, tag)
    symbols = set(re.findall(rb'<symbol id="([^"]+)"', SHELF.files["icons.svg"].content))

    assert {name.encode() for name in re.findall(r'<use href="[^"#]+#([^"]+)"', html)} <= symbols
    assert set(re.findall(r'"/static/([^"#]+)', html)) <= set(SHELF.by_hashed)


def test_the_language_of_a_page_is_all_its_own() -> None:
    russian, english = (gallery(PAGES, "gallery", tag) for tag in ("ru", "en"))

    assert "Бонусы за покупку" in russian
    assert re.findall(r"[А-я]{3,}", english.replace("Русский", "")) == []


def test_the_theme_of_the_cookie_is_on_the_page_before_any_script() -> None:
    assert '<html lang="ru" data-theme="dark">' in gallery(PAGES, "door", "ru", "dark")
    assert '<html lang="en">' in gallery(PAGES, "door", "en", "auto")


def test_filters_speak_for_the_page() -> None:
    tongue = Tongue(
        language="ru", currency="KZT", points={"bonus": PointsWords({"ru": ("балл", "балла", "баллов")})}
    )
    said = (
        PAGES.environment("ru")
        .from_string("{{ 235000|money }} · {{ 3|points }} · {{ 750|percent }}")
        .render(tongue=tongue)
    )

    assert "2 350,00 ₸ · 3 балла · 7,5 %" == said.replace("\u00a0", " ")


def test_texts_are_escaped() -> None:
    template = '{% import "look/components.html" as ui %}{{ ui.badge(name) }}{{ ui.button(name, attrs={"data-x": name}) }}'

    assert "<script" not in PAGES.environment("en").from_string(template).render(name='"><script>')


def test_a_static_file_is_named_by_its_content() -> None:
    file = SHELF.by_hashed[SHELF.url("kopilka.css").removeprefix("/static/")]

    assert ("kopilka.css", "text/css; charset=utf-8") == (file.name, file.mime)
    assert re.fullmatch(r"kopilka\.[0-9a-f]{12}\.css", file.hashed)
    with pytest.raises(KeyError):
        SHELF.url("nothing.css")


def test_two_files_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="share a name"):
        Shelf([look_folder(), look_folder()])


def test_dark_is_the_same_dark_however_it_is_chosen() -> None:
    assert " ".join(ROOT_SYSTEM_DARK.split()) == " ".join(ROOT_DARK.split())


@pytest.mark.parametrize("theme", [ROOT_LIGHT, ROOT_LIGHT + ROOT_DARK])
def test_colours_are_readable(theme: str) -> None:
    """WCAG 2.2 AA: text 4.5 to 1 on everything it stands on, borders of inputs 3 to 1."""
    colour = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", theme))
    grounds = ("bg", "surface", "sunken", "hover")
    pairs = [(text, ground, 4.5) for text in ("text", "muted", "accent") for ground in grounds]
    pairs += [("faint", ground, 4.5) for ground in ("bg", "surface", "sunken")]
    pairs += [(tone, f"{tone}-soft", 4.5) for tone in ("accent", "coin", "good", "bad", "warn", "info")]
    pairs += [(tone, "surface", 4.5) for tone in ("coin", "good", "bad", "warn", "info")]
    pairs += [("on-brand", "brand", 4.5), ("on-brand", "brand-hover", 4.5), ("on-bad", "bad", 4.5)]
    pairs += [("text", f"{tone}-soft", 4.5) for tone in ("coin", "good", "bad", "warn", "info")]
    pairs += [
        ("muted", "bad-soft", 4.5),
        ("accent", "bad-soft", 4.5),
        ("line-input", "surface", 3),
        ("line-input", "bg", 3),
    ]

    assert [(a, b) for a, b, least in pairs if contrast(colour[a], colour[b]) < least] == []


def test_the_look_stays_small() -> None:
    assert len(CSS.splitlines()) <= 900
    assert len(SHELF.files["kopilka.js"].content.splitlines()) <= 150


def test_every_template_is_used_or_is_a_page() -> None:
    pages = {"base.html", "door.html", "error.html", "till.html", "gallery.html", "public.html"}
    named = {name for text in TEMPLATES.values() for name in re.findall(r'"look/([\w.]+)"', text)}

    assert set(TEMPLATES) - {f"gallery_{screen}.html" for screen in SCREENS} <= pages | named


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ((), "M0 260L1000 260"),
        ((5,), "M0 260L1000 260"),
        ((0, 10), "M0 260L1000 20"),
        ((-10, 0, 10), "M0 260L500 140L1000 20"),
    ],
)
def test_a_spark_goes_from_its_least_to_its_most(values: tuple[int, ...], line: str) -> None:
    assert line == drawing.spark(values).line


def test_initials_are_of_the_first_two_names() -> None:
    assert ["АС", "K", ""] == [Person(name=name).initials for name in ("Анна Соколова Петровна", "Kim", "")]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
