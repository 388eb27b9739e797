"""How the scheme is set up: who works here, what can be asked for, and every setting. Changes are looked at first."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.roles import ROLE_WORDS
from matcher.services import kind_changes, kinds, setting_changes, team_members
from matcher.services.access import Action, may
from matcher.services.kind_changes import KindPreview
from matcher.services.setting_changes import Difference, mark
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.questions import show_beside
from web.forms.set_up import KindForm, NewMemberForm, RightsForm, kind_form_of, rights_form_of
from web.guard import HIGHEST_ID, declares
from web.setting_screens import OVERTAKEN
from web.templating import page, see_other

blueprint = Blueprint("set_up", __name__)

_STAFF, _KINDS = "/team/staff", "/team/kinds"
_MEMBER = f"<int(max={HIGHEST_ID}):staff_id>"


@blueprint.get(_STAFF)
@declares(Action.MANAGE_STAFF)
def staff() -> Response:
    """Everyone who works here."""
    with reading() as session:
        rows, areas = team_members.members(session), team_members.area_names(session)
    return page("set_up/staff.html", rows=rows, areas=areas, role_words=ROLE_WORDS)


@blueprint.get(f"{_STAFF}/new")
@declares(Action.MANAGE_STAFF)
def new_member() -> Response:
    """Somebody new."""
    return _new_page(NewMemberForm(data={"active": "yes"}))


@blueprint.post(f"{_STAFF}/new")
@declares(Action.MANAGE_STAFF, sealed_by=is_session_sealed)
def add_member() -> Response:
    """What they would be given, or they are given it."""
    form = NewMemberForm(request.form)
    form.active.data = "yes"
    try:
        rights, email, name = form.rights(), form.email.data, form.name.data
        with reading() as session:
            team_members.check_new(session, email, name, rights)
            changes = team_members.preview_new(session, rights)
        if request.form.get("read") != mark(changes):
            return _new_page(form, changes)
        with unit_of_work() as session:
            by = g.actor.staff_id
            staff_id = team_members.add(session, email, name, rights, by=by, now=clock.now())
        return see_other(f"{_STAFF}/{staff_id}?said=added")
    except BadInput as error:
        show_beside(form, error)
        return _new_page(form)


@blueprint.get(f"{_STAFF}/{_MEMBER}")
@declares(Action.MANAGE_STAFF)
def member(staff_id: int) -> Response:
    """One of them."""
    with reading() as session:
        form = rights_form_of(team_members.member(session, staff_id))
    return _member_page(staff_id, form)


@blueprint.post(f"{_STAFF}/{_MEMBER}")
@declares(Action.MANAGE_STAFF, sealed_by=is_session_sealed)
def change_member(staff_id: int) -> Response:
    """What would change, or it is changed."""
    form, read, by, notice = RightsForm(request.form), request.form.get("read", ""), g.actor.staff_id, ""
    try:
        rights = form.rights()
        if read:
            try:
                with unit_of_work() as session:
                    team_members.change(session, staff_id, rights, read, by=by, now=clock.now())
                return see_other(f"{_STAFF}/{staff_id}?said=changed")
            except Conflict:
                notice = OVERTAKEN
        with reading() as session:
            changes = team_members.preview(session, staff_id, rights, by=by)
        return _member_page(staff_id, form, changes, notice=notice)
    except BadInput as error:
        show_beside(form, error)
        return _member_page(staff_id, form)


@blueprint.get(_KINDS)
@declares(Action.SET_UP)
def all_kinds() -> Response:
    """Every kind of help."""
    with reading() as session:
        return page("set_up/kinds.html", rows=kinds.list_kinds(session))


@blueprint.get(f"{_KINDS}/<slug>")
@declares(Action.SET_UP)
def kind(slug: str) -> Response:
    """One of them."""
    with reading() as session:
        form = kind_form_of(kind_changes.read(session, slug))
    return _kind_page(slug, form)


@blueprint.post(f"{_KINDS}/<slug>")
@declares(Action.SET_UP, sealed_by=is_session_sealed)
def change_kind(slug: str) -> Response:
    """What would change and for whom, or it is changed."""
    form, read, now = KindForm(request.form), request.form.get("read", ""), clock.now()
    may_level, by = may(g.actor, Action.CHANGE_LEVEL), g.actor.staff_id
    try:
        with reading() as session:
            draft = form.draft(kind_changes.read(session, slug), may_level=may_level)
            previewed = kind_changes.preview(session, slug, draft, may_level=may_level, now=now)
        if not read:
            return _kind_page(slug, form, previewed)
        with unit_of_work() as session:
            kind_changes.change(session, slug, draft, read, may_level=may_level, staff_id=by, now=now)
        return see_other(f"{_KINDS}/{slug}?said=changed")
    except BadInput as error:
        show_beside(form, error)
        return _kind_page(slug, form)
    except Conflict:
        return _kind_page(slug, form, previewed, notice=OVERTAKEN)


def _new_page(form: NewMemberForm, changes: tuple[Difference, ...] = ()) -> Response:
    with reading() as session:
        form.offer(team_members.area_names(session))
    return page("set_up/new-member.html", form=form, changes=changes, read=mark(changes), role_words=ROLE_WORDS)


def _member_page(
    staff_id: int, form: RightsForm, changes: tuple[Difference, ...] | None = None, *, notice: str = ""
) -> Response:
    with reading() as session:
        one = team_members.member(session, staff_id)
        form.offer(team_members.area_names(session))
        past = setting_changes.history(session, "staff", str(staff_id))
    return page(
        "set_up/member.html",
        form=form,
        one=one,
        changes=changes,
        read=mark(changes or ()),
        past=past,
        notice=notice,
        said=request.args.get("said", ""),
        role_words=ROLE_WORDS,
    )


def _kind_page(slug: str, form: KindForm, previewed: KindPreview | None = None, *, notice: str = "") -> Response:
    with reading() as session:
        one, levels = kind_changes.read(session, slug), kind_changes.levels(session)
        past = setting_changes.history(session, "kind", slug)
    form.level.choices = [(level.code, level.name) for level in levels]
    return page(
        "set_up/kind.html",
        form=form,
        one=one,
        levels=levels,
        may_level=may(g.actor, Action.CHANGE_LEVEL),
        previewed=previewed,
        past=past,
        notice=notice,
        said=request.args.get("said", ""),
    )
