"""How a setting of the scheme is changed on a page: typed, looked at, then changed by a second press."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any

from flask import Response, g, request

from matcher.domain.errors import BadInput, Conflict
from matcher.services import settings
from matcher.services.settings import Preview
from matcher.store.session import reading, unit_of_work
from web import clock
from web.forms.questions import QuestionForm, show_beside
from web.templating import page, see_other

# Beside what was looked at, for whoever presses what is something else by now.
OVERTAKEN = "Somebody has changed this meanwhile. This is what would change now."


class SettingScreen(ABC):
    """One setting of the scheme, or a few that are changed together. path: of its page. fields: of its form. names: of
    the settings whose past its page shows.
    """

    path: str
    template: str
    form: type[QuestionForm]
    fields: tuple[str, ...]
    names: tuple[str, ...]

    @abstractmethod
    def standing(self, session: Any) -> dict[str, str]:
        """The form's answers as the setting stands."""

    @abstractmethod
    def preview(self, session: Any, form: Any) -> Preview:
        """What was typed would change. BadInput, with its field, for what cannot be."""

    @abstractmethod
    def change(self, session: Any, form: Any, looked_at: str, *, staff_id: int, now: datetime) -> None:
        """Change it. Conflict if that would be another change than the one that was looked at."""

    def beside(self, session: Any) -> dict[str, Any]:
        """What else its page shows, by the names that its template uses."""
        return {}


def show(screen: SettingScreen) -> Response:
    """The setting as it stands."""
    with reading() as session:
        form = screen.form(data=screen.standing(session))
    return _page(screen, form)


def take(screen: SettingScreen) -> Response:
    """What would change; or, by the second press, it is changed."""
    form, looked_at, notice = screen.form(request.form), request.form.get("read", ""), ""
    try:
        if looked_at:
            try:
                with unit_of_work() as session:
                    screen.change(session, form, looked_at, staff_id=g.actor.staff_id, now=clock.now())
                return see_other(f"{screen.path}?said=changed")
            except Conflict:
                notice = OVERTAKEN
        with reading() as session:
            previewed = screen.preview(session, form)
        return _page(screen, form, previewed, notice)
    except BadInput as error:
        show_beside(form, error)
        return _page(screen, form)


def _page(screen: SettingScreen, form: QuestionForm, previewed: Preview | None = None, notice: str = "") -> Response:
    with reading() as session:
        past, beside = settings.history(session, *screen.names), screen.beside(session)
    return page(
        screen.template,
        form=form,
        here=screen.path,
        fields=screen.fields,
        previewed=previewed,
        notice=notice,
        past=past,
        said=request.args.get("said", ""),
        **beside,
    )
