"""Kinds of help: levels that exist, and labels that give nobody away."""

import re

import pytest

from matcher.domain.kinds import CHECK_WORDS, CLEARING, KINDS, LEVELS, SNOW, Kind, Level, job_words

LEVEL_CODES = {level.code: level for level in LEVELS}

# Words that would tell a stranger of someone's health, home or being alone.
TELLING = re.compile(
    r"prescri|pharmac|medic|tablet|health|doctor|hospital|\bill\b|sick|disab|frail|\bold|elder|vulnerab|alone|lonely"
    r"|chat|company|phone|shop|money|cash|bank|indoor|inside|house|home|bulb|alarm|shelf|her\b|his\b",
    re.IGNORECASE,
)


def kind(slug: str) -> Kind:
    return next(kind for kind in KINDS if kind.slug == slug)


def test_the_kinds_are_those_of_the_form() -> None:
    assert [kind.slug for kind in KINDS] == [
        "snow",
        "errand",
        "prescription",
        "lift",
        "garden",
        "indoor",
        "call",
        "other",
    ]
    assert KINDS[0].slug == SNOW


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_every_kind_stands_at_a_level_that_exists_and_takes_some_time(kind: Kind) -> None:
    assert kind.level in LEVEL_CODES
    assert 10 <= kind.minutes <= 240
    assert all((kind.name, kind.hint, kind.offer_name, kind.safe_label, kind.job_words))


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.code)
def test_every_level_asks_for_checks_that_have_words_and_prints_rules(level: Level) -> None:
    assert level.checks <= CHECK_WORDS.keys()
    assert level.rules
    assert level.needs_words


def test_only_the_open_air_asks_for_no_checks_and_every_other_level_has_seen_an_id() -> None:
    assert [level.code for level in LEVELS if not level.checks] == ["0"]
    assert all("id_seen" in level.checks for level in LEVELS if level.code != "0")


def test_who_goes_inside_has_a_dbs_check_and_who_drives_has_shown_a_licence() -> None:
    assert "dbs_adults" in LEVEL_CODES[kind("indoor").level].checks
    assert "dbs_adults" in LEVEL_CODES[kind("call").level].checks
    assert "licence_seen" in LEVEL_CODES[kind("lift").level].checks
    assert LEVEL_CODES[kind("snow").level].checks == frozenset()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_a_safe_label_gives_nobody_away(kind: Kind) -> None:
    assert not TELLING.search(kind.safe_label)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_a_safe_label_reads_on_after_help_with(kind: Kind) -> None:
    assert kind.safe_label.split()[0] in {"a", "an", "clearing"}
    assert len(kind.safe_label) <= len("an errand in the village")  # the worst case the texts are measured at


def test_a_prescription_cannot_be_told_from_an_errand_before_a_yes() -> None:
    assert kind("prescription").safe_label == kind("errand").safe_label


def test_only_something_else_waits_for_the_team() -> None:
    assert [kind.slug for kind in KINDS if kind.is_triaged] == ["other"]


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ((), "Clear snow or ice"),
        (("path",), "Clear the path"),
        (("steps", "path"), "Clear the path and the steps"),
        (("path", "steps", "drive"), "Clear the path, the steps and the drive"),
        (("nonsense",), "Clear snow or ice"),
    ],
)
def test_what_needs_clearing_in_words(details: tuple[str, ...], words: str) -> None:
    assert job_words(kind("snow").job_words, details) == words


def test_each_thing_to_clear_has_its_own_code() -> None:
    assert len({code for code, _, _ in CLEARING}) == len(CLEARING)
