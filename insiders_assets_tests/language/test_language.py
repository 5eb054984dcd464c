"""Two languages: nothing untranslated, and numbers, money and dates as each writes them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from babel.messages.catalog import Message

from insiders_assets.errors import UsageError
from insiders_assets.language import DEFAULT, LANGUAGES, Language
from insiders_assets.report.page import render, render_evidence
from insiders_assets_tests.catalogue import PACKAGE, ROOMS, read_catalogue, untranslated
from insiders_assets_tests.report_tables import refresh

TRANSLATED = [name for name in LANGUAGES if name != DEFAULT]


def _messages(language: str) -> list[Message]:
    return [message for message in read_catalogue(language) if message.id]


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_product_is_translated(language: str) -> None:
    missing = [
        f"{_forms(message.id)[0]!r} ({', '.join(path for path, _ in message.locations) or 'a contract'})"
        for message in untranslated(language)
    ]
    assert not missing, (
        f"not translated in language/catalogues/{language}.po (python -m insiders_assets_tests.catalogue adds them):\n"
        + "\n".join(missing)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_for_numbers_and_names(language: str) -> None:
    places = re.compile(r"%\(\w+\)s|%%")
    for message in _messages(language):
        for english, translated in zip(_forms(message.id), _forms(message.string), strict=True):
            assert sorted(places.findall(english)) == sorted(places.findall(translated)), english


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_english_text_of_ours_is_left_on_a_translated_page(language: str) -> None:
    inputs = refresh(100, language=language)
    shown = {
        text.strip()
        for page in (render(inputs), render_evidence(inputs))
        for text in re.findall(r">([^<>]+)<", page.split("</style>")[2].split('id="figures"')[0])
    }
    ours = {
        form
        for message in _messages(language)
        for form, translated in zip(_forms(message.id), _forms(message.string), strict=True)
        if form != translated
    }
    assert shown & ours == set()


def test_numbers_money_and_days_are_written_as_each_language_does() -> None:
    english, portuguese = Language("en", "GBP"), Language("pt_BR", "BRL")
    assert english.number(1234567.891, 2) == "1,234,567.89"
    assert portuguese.number(1234567.891, 2) == "1.234.567,89"
    assert english.percent(0.8676) == "86.8%"
    assert portuguese.percent(0.8676, 2) == "86,76%"
    assert english.money(999.99) == "£999.99"
    assert english.money(999.996) == english.money(1000.49) == "£1,000"
    assert portuguese.money(2989.67) == "R$\xa02.990"
    assert portuguese.money(2989.67, 2) == "R$\xa02.989,67"
    assert english.money(2989.67, 0) == "£2,990"
    assert english.short_money(8_702_345.0) == "£8.7M"
    assert portuguese.short_money(8_702_345.0) == "R$\xa08,7\xa0mi"
    assert english.day(date(2017, 12, 7)) == "December 7, 2017"
    assert portuguese.day(date(2017, 12, 7)) == "7 de dezembro de 2017"
    assert english.short_day(date(2017, 12, 7)) == "Dec 7"


def test_money_is_a_bare_number_where_the_currency_is_not_known() -> None:
    assert Language("en").money(2989.67) == "2,990"
    assert Language("pt_BR").money(-5.5) == "−5,50"
    assert Language("en").short_money(250_000.0) == "250K"


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_missing_number_is_a_dash(missing: float | None) -> None:
    words = Language("en", "GBP")
    assert {
        words.number(missing),
        words.percent(missing),
        words.money(missing),
        words.short_money(missing),
    } == {"–"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_written_as_less_than_nothing_where_it_rounds_to_nothing(language: str) -> None:
    words = Language(language, "GBP")
    written = [words.number(-0.04, 1), words.number(-0.3), words.percent(-0.0004), words.money(-0.004)]
    assert not [text for text in written if "-" in text or "−" in text]


def test_plurals_follow_the_count() -> None:
    one, many = "%(count)s member", "%(count)s members"
    assert Language("en").plural(one, many, 1) == "1 member"
    assert Language("en").plural(one, many, 0) == "0 members"
    assert Language("pt_BR").plural(one, many, 1) == "1 membro"
    assert Language("pt_BR").plural(one, many, 2910) == "2.910 membros"


def test_a_text_without_translation_stays_english() -> None:
    assert Language("pt_BR").text("Never translated %(what)s", what="x") == "Never translated x"


def test_a_language_can_be_named_as_browsers_do_and_an_unknown_one_is_refused() -> None:
    assert Language("pt-BR").name == "pt_BR"
    assert Language("pt_BR").tag == "pt-BR"
    with pytest.raises(UsageError, match=r"INSIDERS_LANGUAGE.*'fr'.*use one of en, pt_BR"):
        Language("fr")


def test_every_part_of_the_package_that_speaks_is_looked_through_for_texts() -> None:
    """A room that is left out would be in English everywhere, without a line about it."""
    marks = re.compile(r"^from insiders_assets\.language import .*\bmark\b", re.MULTILINE)
    speaking = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("templates/*.html")} | {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if marks.search(path.read_text(encoding="utf-8"))
    }
    assert {"presentation", "report", "dashboard"} <= speaking <= set(ROOMS)
