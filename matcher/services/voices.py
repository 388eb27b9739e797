"""What people say of themselves once they have asked, offered or told a story: counted, and never kept with them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.groups import AGES, Group
from matcher.domain.localtime import local_day
from matcher.services import areas, drafts
from matcher.store.models import VoiceCount
from matcher.store.models.population import ANSWERED

CHOICES = ("ask", "offer", "story")
_PURPOSE = "about_you"


def count_voice(session: Session, choice: str, area: str, said: Collection[str], key: str, *, now: datetime) -> None:
    """Count one more who said this of themselves. The same key twice is once. BadInput for what is not on the form."""
    if choice not in CHOICES:
        raise NotFound
    area_id = areas.id_of(session, area)
    if area_id is None:
        raise BadInput("Select where you live", field="area")
    if not said:
        raise BadInput("Select at least one, or leave this page", field="age")
    if not set(said) <= {one.value for one in Group} or len(set(said) & {*AGES}) > 1:
        raise BadInput("Select from the list", field="age")
    if not drafts.claim(session, key, _PURPOSE, now=now):
        return
    month = local_day(now).replace(day=1)
    for group_key in sorted({ANSWERED, *said}):
        row = insert(VoiceCount).values(month=month, area_id=area_id, choice=choice, group_key=group_key, count=1)
        session.execute(
            row.on_conflict_do_update(
                index_elements=["month", "area_id", "choice", "group_key"], set_={"count": VoiceCount.count + 1}
            )
        )
