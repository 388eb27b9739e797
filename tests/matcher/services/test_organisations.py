"""A code says which organisation asks, and nothing more: whoever is asked for is rung first, as ever."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import NeedStatus
from matcher.domain.roles import LinkPurpose
from matcher.services import confirming, consents, links, organisations
from matcher.services.consents import Given
from matcher.services.needs import NeedDraft
from matcher.services.organisations import Asker, OrganisationDraft
from matcher.store.models import Need, Organisation, Referral

SURGERY = {"name": "Market Street Surgery", "phone": "01632 960 300", "email": "", "area": "bradford-on-avon"}
NORA = Asker("Nora", "receptionist", Given(consents.SELF, "professional", "spoken"))


def give(world, **changes):
    with world.work() as session:
        who = {"area_ids": {world.area_id()}, "staff_id": world.coordinator()}
        return organisations.give_code(session, OrganisationDraft(**{**SURGERY, **changes}), **who, now=world.now)


def opened(world, code):
    with world.work() as session:
        return organisations.open_with(session, code, now=world.now)


def leads_to(world, token):
    with world.work() as session:
        return links.open_link(session, token, LinkPurpose.AT_WORK, now=world.now).organisation_id


def ask(world, organisation_id, key="k" * 22, name="Eileen"):
    times = frozenset({"am"})
    draft = NeedDraft(kind="snow", when="tomorrow", times=times, person=world.draft(name), contact="phone")
    with world.work() as session:
        return organisations.ask_at_work(session, organisation_id, draft, NORA, key, now=world.now)


def change(world, verb, organisation_id, area="bradford-on-avon"):
    with world.work() as session:
        who = {"area_ids": {world.area_id(area)}, "staff_id": world.coordinator()}
        return verb(session, organisation_id, **who, now=world.now)


def page(world, organisation_id):
    with world.work() as session:
        return organisations.read(session, organisation_id, now=world.now)


def audited(world):
    return [row for (row,) in world.execute("select action from audit where thing = 'organisation' order by id")]


def test_the_code_opens_the_page_of_that_organisation_however_it_is_typed(world):
    organisation_id, code = give(world)
    give(world, name="Another")
    for typed in (code, code.lower().replace("-", " "), f" {code.replace('-', '')} "):
        assert leads_to(world, opened(world, typed)) == organisation_id
    assert code.encode() not in world.one(Organisation, id=organisation_id).code_hash
    assert audited(world) == ["gave_code"] * 2 + ["opened_with_code"] * 3


@pytest.mark.parametrize("typed", ["", "K7Q-4MX-RT9", "x" * 500, "%", "٣" * 9])
def test_a_code_that_is_none_opens_nothing_and_says_so(world, typed):
    give(world)
    with pytest.raises(BadInput, match="We cannot find that code"):
        opened(world, typed)


def test_a_new_code_or_its_end_shuts_every_page_the_old_one_had_opened(world):
    organisation_id, code = give(world)
    before = opened(world, code)
    newer = change(world, organisations.change_code, organisation_id)
    with pytest.raises(NotFound):
        leads_to(world, before)
    with pytest.raises(BadInput):
        opened(world, code)
    now_open = opened(world, newer)
    for _ in range(2):
        change(world, organisations.end_code, organisation_id)
    with pytest.raises(NotFound):
        leads_to(world, now_open)
    with pytest.raises(BadInput):
        opened(world, newer)
    assert audited(world).count("ended_code") == 1
    assert leads_to(world, opened(world, change(world, organisations.change_code, organisation_id))) == organisation_id


def test_the_page_is_kept_ninety_days_and_then_the_code_is_typed_again(world):
    organisation_id, code = give(world)
    token = opened(world, code)
    world.later(days=89)
    assert leads_to(world, token) == organisation_id
    world.later(days=2)
    with pytest.raises(NotFound):
        leads_to(world, token)


def test_another_area_s_team_neither_sees_nor_changes_it(world):
    organisation_id, _ = give(world)
    for verb in (organisations.change_code, organisations.end_code):
        with pytest.raises(NotFound):
            change(world, verb, organisation_id, "salisbury")
    with world.work() as session:
        assert organisations.organisations(session, {world.area_id("salisbury")}) == ()
    with pytest.raises(BadInput, match="Select one of your areas"):
        give(world, area="salisbury")


def test_whoever_is_asked_for_is_rung_before_anyone_is_asked_and_who_asked_is_written_down(world):
    organisation_id, _ = give(world)
    reference = ask(world, organisation_id)
    need, referral = world.one(Need), world.one(Referral)
    assert (need.reference, need.status) == (reference, NeedStatus.PAUSED)
    assert (referral.organisation, referral.role, referral.first_name) == (SURGERY["name"], "receptionist", "Nora")
    assert (referral.organisation_id, referral.phone) == (organisation_id, "+441632960300")
    assert world.owed() == []  # no code to who did not ask themself, no text to a surgery's telephone
    with world.work() as session:
        areas = frozenset({need.area_id})
        confirming.confirm_by_call(session, need.id, area_ids=areas, actor="staff:1", now=world.now)
    assert world.one(Need).status is NeedStatus.OPEN


def test_pressed_twice_it_is_one_request(world):
    organisation_id, _ = give(world)
    assert ask(world, organisation_id) == ask(world, organisation_id)
    assert len(world.all(Need)) == 1


def test_an_address_for_outcomes_is_told_each_and_without_one_none(world):
    told, _ = give(world, email="desk@surgery.example.org")
    ask(world, told)
    assert [template for template, _ in world.owed()] == ["referral_posted"]
    assert page(world, told).hears_by_email


def test_its_page_tells_the_outcome_of_its_own_requests_for_sixty_days(world):
    surgery, _ = give(world)
    ward, _ = give(world, name="Ward 4")
    first, second = ask(world, surgery), ask(world, surgery, key="l" * 22, name="Frank")
    ask(world, ward, key="m" * 22, name="Gwen")
    assert [(one.reference, one.is_matched, one.ending) for one in page(world, surgery).outcomes] == [
        (second, False, None),
        (first, False, None),
    ]
    world.later(days=61)
    assert page(world, surgery).outcomes == ()
    with world.work() as session:
        rows = organisations.organisations(session, {world.area_id()})
    assert [(row.name, row.asked) for row in rows] == [(SURGERY["name"], 2), ("Ward 4", 1)]


@pytest.mark.parametrize(("field", "typed"), [("name", " "), ("phone", "12"), ("email", "a@b")])
def test_what_is_missing_is_named(world, field, typed):
    with pytest.raises(BadInput) as refused:
        give(world, **{field: typed})
    assert refused.value.field == field


def test_the_database_holds_no_link_at_work_that_opens_another_thing(world):
    organisation_id, code = give(world)
    opened(world, code)
    need = world.post("Eileen")
    with pytest.raises(IntegrityError), world.work() as session:
        session.execute(
            text("update private_links set need_id = :need where organisation_id = :id"),
            {"need": need.need_id, "id": organisation_id},
        )


def correct(world, organisation_id, of_area="bradford-on-avon", **changes):
    with world.work() as session:
        who = {"area_ids": {world.area_id(of_area)}, "staff_id": world.coordinator()}
        draft = organisations.draft_of(session, organisation_id, who["area_ids"])
        organisations.correct(session, organisation_id, replace(draft, **changes), **who, now=world.now)


def test_it_is_corrected_and_its_code_and_what_it_asked_stay(world):
    organisation_id, code = give(world)
    ask(world, organisation_id)
    correct(world, organisation_id, name="Bridge Street Surgery", phone="01632 960 301", email="desk@example.org")
    row = world.one(Organisation)
    assert (row.name, row.phone, row.email) == ("Bridge Street Surgery", "+441632960301", "desk@example.org")
    assert leads_to(world, opened(world, code)) == organisation_id
    asked = world.one(Referral)
    assert (asked.organisation, asked.phone, asked.email) == ("Market Street Surgery", "+441632960300", "")
    assert audited(world) == ["gave_code", "corrected_organisation", "opened_with_code"]


def test_saved_as_it_stands_nothing_is_corrected(world):
    organisation_id, _ = give(world)
    correct(world, organisation_id)
    assert audited(world) == ["gave_code"]


@pytest.mark.parametrize(("field", "typed"), [("name", " "), ("phone", "12"), ("email", "x"), ("area", "salisbury")])
def test_what_is_wrong_in_a_correction_is_named_and_nothing_changes(world, field, typed):
    organisation_id, _ = give(world)
    before = world.picture()
    with pytest.raises(BadInput) as wrong:
        correct(world, organisation_id, **{field: typed})
    assert wrong.value.field == field
    assert world.picture() == before


def test_nobody_of_another_area_corrects_it(world):
    organisation_id, _ = give(world)
    with pytest.raises(NotFound):
        correct(world, organisation_id, of_area="salisbury", name="Mine")
