"""The door words: all of them to read, words to take out and to put in; looked at first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response

from matcher.services import door_words
from matcher.services.access import Action
from matcher.services.settings import DOOR_WORDS, Preview
from web.auth import is_session_sealed
from web.forms.set_up import DoorWordsForm
from web.guard import declares
from web.setting_lines import DOOR_WORDS as HOME
from web.setting_screens import SettingScreen, show, take

blueprint = Blueprint("door_words", __name__)


class _DoorWords(SettingScreen):
    path, template, form, fields, names = HOME, "set_up/door-words.html", DoorWordsForm, ("out", "into"), (DOOR_WORDS,)

    def standing(self, session: Any) -> dict[str, str]:
        return {}

    def preview(self, session: Any, form: DoorWordsForm) -> Preview:
        return door_words.preview(session, form.typed())

    def change(self, session: Any, form: DoorWordsForm, looked_at: str, *, staff_id: int, now: datetime) -> None:
        door_words.change(session, form.typed(), looked_at, staff_id=staff_id, now=now)

    def beside(self, session: Any) -> dict[str, Any]:
        return {"words": sorted(door_words.standing(session))}


_DOOR_WORDS = _DoorWords()


@blueprint.get(HOME)
@declares(Action.KEEP_DOOR_WORDS)
def read() -> Response:
    """Every word there is."""
    return show(_DOOR_WORDS)


@blueprint.post(HOME)
@declares(Action.KEEP_DOOR_WORDS, sealed_by=is_session_sealed)
def change() -> Response:
    """Some go, some come."""
    return take(_DOOR_WORDS)
