"""Kinds of help, set up by the scheme: looked at first, with whom it concerns; the level by the safeguarding lead."""

from datetime import date, timedelta

import pytest

from matcher.domain.errors import BadInput, Conflict, NotAllowed, NotFound
from matcher.services import kind_changes, kinds, offers, setting_changes, triage
from matcher.services.kind_changes import KindDraft
from matcher.store.models import AuditRow, Need

AS_IT_IS = KindDraft(is_on=True, minutes=30, level="0")


def preview(world, draft, slug="snow", *, may_level=True):
    with world.work() as session:
        return kind_changes.preview(session, slug, draft, may_level=may_level, now=world.now)


def change(world, draft, slug="snow", *, may_level=True):
    looked_at, staff_id = preview(world, draft, slug, may_level=may_level).mark, world.coordinator()
    with world.work() as session:
        kind_changes.change(session, slug, draft, looked_at, may_level=may_level, staff_id=staff_id, now=world.now)


def see(world, name, *checks, expires_on=None):
    for check in checks:
        with world.work() as session:
            offers.record_check(
                session,
                world.people[name],
                check,
                date(2026, 1, 1),
                expires_on=expires_on,
                staff_id=None,
                now=world.now,
            )


def test_what_is_off_cannot_be_asked_for_anew_and_what_was_asked_for_goes_on(world):
    world.offer("Christopher")
    need = world.post("Eileen")
    shown = preview(world, KindDraft(is_on=False, minutes=30, level="0"))
    assert [(one.name, one.before, one.after) for one in shown.changes] == [("Can be asked for", "yes", "no")]
    assert shown.requests == 1
    change(world, KindDraft(is_on=False, minutes=30, level="0"))
    with pytest.raises(BadInput, match="cannot be asked for at the moment") as refused:
        world.post("Mary")
    assert refused.value.field == "kind"
    assert world.round()
    assert world.who_was_asked(need) == ["Christopher"]
    with world.work() as session:
        assert "snow" not in {kind.slug for kind in triage.choices(session)}
    change(world, AS_IT_IS)
    world.post("Mary")


def test_new_requests_take_the_new_minutes_and_old_ones_keep_theirs(world):
    world.post("Eileen")
    change(world, KindDraft(is_on=True, minutes=50, level="0"))
    world.post("Mary")
    assert [need.minutes for need in world.all(Need)] == [30, 50]


def test_another_level_says_whom_it_concerns_and_is_what_the_next_round_goes_by(world):
    for name in ("Christopher", "Ann", "Joan"):
        world.offer(name)
    see(world, "Ann", "id_seen", "reference")
    see(world, "Joan", "id_seen", "reference", expires_on=world.now.date() - timedelta(days=1))
    world.ask("Christopher", world.post("Eileen"))
    world.yes("Christopher")
    doorstep = KindDraft(is_on=True, minutes=30, level="1")
    shown = preview(world, doorstep)
    assert (shown.helpers, shown.able, shown.held) == (3, 1, 1)
    assert [one.after for one in shown.changes] == ["Doorstep: photo ID seen, a reference"]
    change(world, doorstep)
    need = world.post("Mary")
    world.round()
    assert world.who_was_asked(need) == ["Ann"]


def test_only_the_safeguarding_lead_changes_a_level(world):
    with pytest.raises(NotAllowed, match="safeguarding lead"):
        preview(world, KindDraft(is_on=True, minutes=30, level="1"), may_level=False)
    change(world, KindDraft(is_on=True, minutes=45, level="0"), may_level=False)
    looked_at = preview(world, KindDraft(is_on=True, minutes=30, level="2")).mark
    draft = KindDraft(is_on=True, minutes=30, level="2")
    with world.work() as session, pytest.raises(NotAllowed):
        kind_changes.change(session, "snow", draft, looked_at, may_level=False, staff_id=1, now=world.now)


def test_it_is_kept_who_changed_what(world):
    change(world, KindDraft(is_on=False, minutes=45, level="0"))
    with world.work() as session:
        past = setting_changes.history(session, "kind", "snow")
    assert {(one.by, one.field, one.before, one.after) for one in past} == {
        ("Ruth", "Can be asked for", "yes", "no"),
        ("Ruth", "Usual minutes", "30", "45"),
    }
    assert world.one(AuditRow, action="changed_kind").fields == ["snow", "is_on", "minutes"]


def test_what_was_changed_meanwhile_is_looked_at_again(world):
    looked_at, staff_id = preview(world, KindDraft(is_on=True, minutes=45, level="0")).mark, world.coordinator()
    change(world, KindDraft(is_on=True, minutes=60, level="0"))
    draft = KindDraft(is_on=True, minutes=45, level="0")
    with world.work() as session, pytest.raises(Conflict):
        kind_changes.change(session, "snow", draft, looked_at, may_level=True, staff_id=staff_id, now=world.now)
    with world.work() as session:
        assert kinds.get_kind(session, "snow").minutes == 60


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (KindDraft(is_on=True, minutes=4, level="0"), "minutes"),
        (KindDraft(is_on=True, minutes=481, level="0"), "minutes"),
        (KindDraft(is_on=True, minutes=30, level="9"), "level"),
    ],
)
def test_what_cannot_be_is_refused(world, draft, field):
    with pytest.raises(BadInput) as refused:
        preview(world, draft)
    assert refused.value.field == field


def test_a_kind_there_is_not(world):
    with pytest.raises(NotFound):
        preview(world, AS_IT_IS, "skiing")
