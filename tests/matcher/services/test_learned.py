"""What was learned is kept once a night, used by rounds, shown in words, and forgotten on a press."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import delete

from matcher.domain.lifecycle import MatchStatus
from matcher.engine.world import build_world
from matcher.services import ask_records, calibration_page, cold, learned, thoughts
from matcher.services.calibration_page import Bar
from matcher.services.drawing import NARROW, WIDE
from matcher.services.learned import Fitted
from matcher.store.models import AcceptanceModel, AuditRow, Leaning, Person


def fitted(**changes):
    usual = {
        "asks": 600,
        "coefficients": {"base": 0.25, "known": 1.5},
        "leaning": {},
        "resolved": 500,
        "mean_predicted": 0.41,
        "mean_said_yes": 0.40,
        "slope": 1.04,
        "is_open": True,
        "bins": ((0.2, 0.18, 250), (0.6, 0.62, 250)),
    }
    return Fitted(**{**usual, **changes})


def keep(world, **changes):
    with world.work() as session:
        return learned.keep(session, fitted(**changes), now=world.now)


def thought(world, name):
    with world.work() as session:
        return thoughts.read(session, world.people[name], now=world.now)


def in_the_round(world, name):
    opened = world.open_round()
    (found,) = [one for one in opened.problem.volunteers if one.person_id == world.people[name]]
    return opened.problem.params.acceptance, found.leaning


def calibration(world):
    with world.work() as session:
        return calibration_page.read(session)


@pytest.fixture
def christopher(world):
    world.offer("Christopher")
    return world.people["Christopher"]


def test_a_night_is_kept_once_however_often_it_is_done(world, christopher):
    assert keep(world, leaning={christopher: 0.9})
    before = world.picture()
    assert not keep(world, leaning={christopher: -0.9})
    assert world.picture() == before
    world.later(days=1)
    assert keep(world)


def test_rounds_use_the_newest_night_and_what_it_leans_to(world, christopher):
    world.post()
    assert in_the_round(world, "Christopher")[1] == 0.0
    keep(world, leaning={christopher: 0.9})
    world.later(days=1)
    keep(world, coefficients={"base": -0.5}, leaning={christopher: -0.25})
    world.post("Frank")
    acceptance, leaning = in_the_round(world, "Christopher")
    assert (acceptance.base, leaning) == (-0.5, -0.25)
    assert acceptance.floor == 0.05  # what a night does not say is as it was


def test_a_night_that_failed_its_gate_thinks_alike_of_everyone(world, christopher):
    keep(world, leaning={christopher: 0.9})
    world.later(days=1)
    keep(world, is_open=False, coefficients={"base": 0.1})
    world.post()
    acceptance, leaning = in_the_round(world, "Christopher")
    assert (acceptance.base, leaning) == (0.1, 0.0)


def test_a_reset_forgets_at_once_and_the_next_night_is_told_of_it(world, christopher):
    keep(world, leaning={christopher: 0.9})
    with world.work() as session:
        learned.reset(session, christopher, now=world.now)
    world.post()
    assert in_the_round(world, "Christopher")[1] == 0.0
    with world.work() as session:
        assert learned.resets(session) == {christopher: world.now}
    assert world.all(Leaning) == []
    assert [row.action for row in world.all(AuditRow)].count("reset_leaning") == 1


def test_what_is_thought_of_someone_goes_with_them(session, world, christopher):
    keep(world, leaning={christopher: 0.9})
    for table in ("availability_rules", "offer_kinds"):
        world.execute(f"delete from {table}")
    for table in ("offers", "notifications", "private_links", "homes"):
        world.execute(f"delete from {table}")
    session.execute(delete(Person).where(Person.id == christopher))
    assert world.all(Leaning) == []
    assert len(world.all(AcceptanceModel)) == 1


def answer(world, *said):
    """Christopher is asked about one path after another, and says this."""
    for number, yes in enumerate(said):
        need = world.post(
            f"Resident {number}",
            person={"postcode": "BA15 1HL"},
            when="tomorrow",
            times=frozenset({"am", "pm", "eve"}),
        )
        world.ask("Christopher", need, at=world.now + timedelta(hours=25 + number))
        world.deliver()
        (world.yes if yes else world.no)("Christopher")


def test_nothing_is_thought_of_whoever_was_never_asked(world, christopher):
    found = thought(world, "Christopher")
    assert found.sentences == ("Nothing yet: we ask you as we ask everyone.",)
    assert not found.can_forget


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ((True, True, True), "You usually say yes to things nearby."),
        ((False,) * 3, "You seldom say yes to things nearby."),
    ],
)
def test_what_is_thought_is_said_in_words_and_forgotten_on_a_press(world, christopher, said, words):
    answer(world, *said)
    keep(world, leaning={christopher: 0.9})
    found = thought(world, "Christopher")
    assert words in found.sentences
    assert "We think you are more likely to say yes than most, so we may ask you first." in found.sentences
    assert found.can_forget
    world.later(minutes=1)
    with world.work() as session:
        learned.reset(session, christopher, now=world.now)
    found = thought(world, "Christopher")
    assert found.sentences[0].startswith("Nothing yet: we ask you as we ask everyone. You had it forgotten on")
    assert not found.can_forget


def test_two_answers_are_too_few_to_speak_of_a_habit(world, christopher):
    answer(world, True, True)
    assert thought(world, "Christopher").sentences == (
        "You answered 2 questions in the last half year, and said yes to 2.",
    )


def test_an_ask_is_read_with_what_was_known_when_it_was_made(world, christopher):
    answer(world, True, False)
    world.later(minutes=1)
    with world.work() as session:
        first, second = ask_records.read(session, now=world.now)
    assert (first.outcome, second.outcome) == (MatchStatus.ACCEPTED, MatchStatus.DECLINED)
    assert (first.recent_asks, second.recent_asks) == (0.0, 1.0)
    assert first.notice_h == pytest.approx(25)
    assert 0 < first.reach_share < 0.5
    assert first.urgent
    assert not first.known


@pytest.mark.parametrize("is_cold", [False, True])
@pytest.mark.parametrize("said", ["well", None])
def test_what_is_learned_from_is_what_the_round_went_by(world, christopher, is_cold, said):
    """The way there by the reach that counted then, and whether they know each other: the very same numbers."""
    if said:
        before = world.post()
        world.ask("Christopher", before)
        world.yes("Christopher")
        world.done("Christopher")
        world.how(before, said)
    if is_cold:
        with world.work() as session:
            until = world.now + timedelta(days=1)
            cold.start(session, world.area_id(), until=until, actor="staff:1", now=world.now)
    world.later(minutes=1)
    need = world.post(times=frozenset({"pm"}))
    opened = world.open_round()
    world.close_round(opened)
    assert world.who_was_asked(need) == ["Christopher"]
    world.deliver()
    with world.work() as session:
        if is_cold:
            cold.end(session, world.area_id(), actor="staff:1", now=world.now)
        record = ask_records.read(session, now=world.now)[-1]
    round_ = build_world(opened.problem)
    pairs = round_.pairs(np.array([0]), np.array([0]))
    assert record.reach_share == pytest.approx(float(pairs.metres[0] / round_.offers.reach_m[0]), abs=1e-9)
    assert record.known is bool(round_.usual.has(np.array([0]), round_.offers.person[:1])[0]) is (said is not None)


def test_an_ask_of_three_days_ago_tires_half_as_much(world, christopher):
    answer(world, True)
    world.later(days=3)
    answer(world, False)
    world.later(minutes=1)
    with world.work() as session:
        assert [row.recent_asks for row in ask_records.read(session, now=world.now)] == [0.0, pytest.approx(0.5)]


def test_a_no_of_somebody_else_at_their_address_teaches_nothing(world, christopher):
    world.ask("Christopher", world.post())
    world.deliver()
    world.no("Christopher", reason="not_me")
    with world.work() as session:
        assert ask_records.read(session, now=world.now) == ()


def test_what_the_resident_said_after_an_ask_was_not_known_when_it_was_made(world, christopher):
    before = world.post()
    world.ask("Christopher", before)
    world.yes("Christopher")
    world.done("Christopher")
    world.ask("Christopher", world.post(times=frozenset({"pm"})))
    world.deliver()
    world.later(minutes=1)
    world.how(before, "well")
    with world.work() as session:
        assert not ask_records.read(session, now=world.now)[-1].known


def test_what_never_reached_its_person_teaches_nothing(world, christopher):
    world.ask("Christopher", world.post())
    with world.work() as session:
        assert ask_records.read(session, now=world.now) == ()


def test_a_yes_that_came_too_late_teaches_no_more_than_the_silence_before_it(world, christopher):
    for name in ("Ann", "Bridget"):
        world.offer(name)
    world.ask_all(["Christopher", "Ann", "Bridget"], world.post())
    world.deliver()
    asked_at = world.now
    for name in ("Christopher", "Ann"):
        world.yes(name)
        world.later(minutes=1)
    with world.work() as session:
        found = {row.person_id: (row.outcome, row.ended_at) for row in ask_records.read(session, now=world.now)}
    assert found == {
        world.people["Christopher"]: (MatchStatus.ACCEPTED, asked_at),
        world.people["Ann"]: (MatchStatus.WITHDRAWN, asked_at),
        world.people["Bridget"]: (MatchStatus.WITHDRAWN, asked_at),
    }


@pytest.mark.parametrize(
    ("night", "title", "decision"),
    [
        ({}, "We expected 41 in 100 to say yes, and 40 did: that is close.", "It passed"),
        (
            {"mean_predicted": 0.52, "is_open": False},
            "We expected 52 in 100 to say yes, and 40 did: we hoped for too much.",
            "It did not pass",
        ),
        (
            {"mean_predicted": 0.3, "is_open": False},
            "We expected 30 in 100 to say yes, and 40 did: we hoped for too little.",
            "It did not pass",
        ),
        (
            {"resolved": 0, "mean_predicted": None, "mean_said_yes": None, "slope": None, "is_open": False, "bins": ()},
            "Too few answers to tell yet: 0.",
            "It has not been tested yet",
        ),
    ],
)
def test_the_title_of_the_picture_is_its_finding(world, night, title, decision):
    assert calibration(world).title.startswith("Nothing has been learned yet")
    keep(world, **night)
    found = calibration(world)
    assert found.title == title
    assert found.decision.startswith(decision)


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_share_of_yes_and_what_was_expected_is_within_the_picture(width):
    drawn = calibration_page.draw((Bar(100, 100, 1), Bar(0, 0, 1234), Bar(3, 1, 9)), width)
    assert all(box.x + box.width <= width for box in drawn.boxes)
    assert len(drawn.boxes) == 2  # nobody who said yes is no bar
    lines = [float(stroke.d[1:].split()[0]) for stroke in drawn.strokes if stroke.kind == "median"]
    assert max(lines) <= width
    assert [words.text for words in drawn.words][:4] == [
        "Expected 100, said yes 100 in 100",
        "1 question",
        "Expected 0, said yes 0 in 100",
        "1,234 questions",
    ]
    assert calibration_page.draw((), width) is None
