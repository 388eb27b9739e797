"""A picture and a voice note on a form: chosen as files, then carried by a key, so that an error loses neither."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.datastructures import FileStorage
from wtforms import Field, HiddenField, StringField, ValidationError

from matcher.domain.errors import BadInput
from matcher.domain.stories import Piece
from matcher.services import story_pieces
from matcher.services.made_safe import SENT_BYTES
from web.forms.questions import Asking, QuestionForm, SomeOf, show_beside, stripped
from web.limits import FILES, limiter
from web.once import is_key

# Two files with some room, so that what is too large is said beside its field and not by a page of its own.
MOST_SENT = 4 * SENT_BYTES
_WITHOUT = {Piece.PICTURE: "Leave the picture out", Piece.VOICE: "Leave the voice note out"}


def _check_shows(form: PiecesForm, field: Field) -> None:
    try:
        story_pieces.check_shows(field.data, has_picture=Piece.PICTURE in form.keys)
    except BadInput as error:
        raise ValidationError(error.message) from None


def fields() -> tuple[Field, Field, Field, Field]:
    """picture, shows, voice and without, for a form to name where they stand among its own."""
    return (
        HiddenField("Photo or drawing (optional)", filters=[stripped]),
        StringField("What does the picture show?", filters=[stripped], validators=[_check_shows]),
        HiddenField("Voice note (optional)", filters=[stripped]),
        SomeOf("Leave out", choices=tuple((kind.value, words) for kind, words in _WITHOUT.items())),
    )


class PiecesForm(QuestionForm):
    """A question that takes files, by the four `fields`. The file of one is sent as `NAME_file`, its key as `NAME`."""

    picture: Field
    shows: Field
    voice: Field
    without: Field

    def take_files(self, files: Mapping[str, FileStorage], asking: Asking) -> None:
        """Keep each file that was sent. What is wrong with one stands beside its field, and the earlier one is kept."""
        for kind in Piece:
            field, file = self[kind], files.get(f"{kind}_file")
            if kind in self.without.data:
                field.data = ""
            if file is None or not file.filename:
                continue
            try:
                with limiter.limit(FILES):
                    sent = file.stream.read(SENT_BYTES + 1)
                    field.data = story_pieces.keep_unsent(asking.session, kind, sent, now=asking.now)
            except BadInput as error:
                field.process_errors = [error.message]  # outlives the fields' own checks
        self.without.data = []

    def check(self, asking: Asking) -> None:
        """Each key leads to a piece; without a picture there is nothing to describe."""
        for kind in Piece:
            self[kind].data = self.keys.get(kind, "")
            try:
                story_pieces.check_unsent(asking.session, kind, self[kind].data, now=asking.now)
            except BadInput as error:
                self[kind].data = ""
                show_beside(self, error)
        if not self.picture.data:
            self.shows.data = ""

    @property
    def keys(self) -> dict[Piece, str]:
        """What was chosen."""
        return {kind: self[kind].data for kind in Piece if is_key(self[kind].data)}

    @property
    def is_told_with_more(self) -> bool:
        """Whether a file was sent, even if it could not be used."""
        return bool(self.keys) or any(self[kind].process_errors for kind in Piece)
