"""What to say to many, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matcher.domain.audience import TRAVEL_WORDS, Audience, Duty, Lately
from matcher.domain.errors import BadInput
from matcher.domain.geo import TravelMode
from web.forms.questions import OneOf, QuestionForm, SomeOf, chosen

_DUTY = ((Duty.EITHER, "On duty or not"), (Duty.ON, "On duty now"), (Duty.OFF, "Not on duty now"))
_LATELY = (
    (Lately.EITHER, "Asked lately or not"),
    (Lately.NOT_ASKED, "Not asked in the last 4 weeks"),
    (Lately.ASKED, "Asked in the last 4 weeks"),
)


class AudienceForm(QuestionForm):
    """The text, and who they are: nothing ticked means any."""

    template = OneOf("What do you want to say?", validators=[chosen("Select what you want to say")])
    areas = SomeOf("Where do they live?")
    kinds = SomeOf("What do they do?")
    travel = SomeOf(
        "How do they travel?", choices=[(mode.value, words.capitalize()) for mode, words in TRAVEL_WORDS.items()]
    )
    duty = OneOf("Are they on duty?", choices=_DUTY, default=Duty.EITHER.value)
    lately = OneOf("Were they asked lately?", choices=_LATELY, default=Lately.EITHER.value)

    def offer(
        self, texts: Iterable[tuple[str, str]], areas: Mapping[int, str], kinds: Iterable[tuple[str, str]]
    ) -> None:
        """Let be chosen what there is."""
        self.template.choices = list(texts)
        self.areas.choices = [(str(area_id), name) for area_id, name in areas.items()]
        self.kinds.choices = list(kinds)

    def audience(self) -> Audience:
        """What was chosen. BadInput, with its field, for what cannot be chosen."""
        areas = self.areas.data or [value for value, _ in self.areas.choices]
        for field in (self.areas, self.kinds, self.travel):
            if not set(field.data) <= {value for value, _ in field.choices}:
                raise BadInput("Select from the list", field=field.name)
        for field in (self.duty, self.lately):
            if field.data not in {value for value, _ in field.choices}:
                raise BadInput("Select one from the list", field=field.name)
        return Audience(
            frozenset(map(int, areas)),
            frozenset(self.kinds.data),
            frozenset(map(TravelMode, self.travel.data)),
            Duty(self.duty.data),
            Lately(self.lately.data),
        )


def form_of(audience: Audience, template: str) -> AudienceForm:
    """As it was chosen before."""
    kept = audience.as_kept()
    return AudienceForm(data={**kept, "areas": [str(one) for one in kept["area_ids"]], "template": template})
