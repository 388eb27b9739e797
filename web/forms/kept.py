"""How long what people told us is kept."""

from __future__ import annotations

from wtforms import StringField

from matcher.domain.errors import BadInput
from matcher.domain.retention import PERIODS
from web.forms.questions import QuestionForm, stripped


class KeptForm(QuestionForm):
    """For how many days is each thing kept? A field for each of PERIODS, and why something is kept longer."""

    periods = tuple(PERIODS)

    def days(self) -> dict[str, int]:
        """What was typed. BadInput for what is no number."""
        found = {}
        for name, one in PERIODS.items():
            typed = self[name].data.replace(",", "")
            if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
                raise BadInput(f"{one.words}: enter a number of days, like {one.longest // 2}", field=name)
            found[name] = int(typed)
        return found


for _name, _one in PERIODS.items():
    _bounds = f"{_one.shortest} to {_one.longest:,} days. Not shorter, so that {_one.why}."
    setattr(KeptForm, _name, StringField(_one.words, description=_bounds, filters=[stripped]))
KeptForm.why = StringField("Why longer", filters=[stripped])
