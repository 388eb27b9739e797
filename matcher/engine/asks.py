"""An ask put together: whom, for when, its worth line by line, and its sentence."""

from __future__ import annotations

from matcher.domain.kinds import KINDS
from matcher.engine.allocation import Ask
from matcher.engine.candidates import Candidates
from matcher.engine.costs import Scene, breakdowns, told_band
from matcher.engine.world import World

_JOB_WORDS = {kind.slug: kind.job_words for kind in KINDS}


def asks_of(world: World, chosen: Candidates, scene: Scene) -> tuple[Ask, ...]:
    """The asks of these candidates, in their order."""
    lines = breakdowns(world, chosen, scene)
    return tuple(
        Ask(
            occurrence_id=world.occurrences[n].id,
            offer_id=int(world.volunteers.offer[v]),
            person_id=int(world.volunteers.person[v]),
            visit=world.visit(n, start),
            weight_min=sum(line.minutes for line in breakdown),
            breakdown=breakdown,
            sentence=_sentence(world, n, v, is_usual=bool(scene.usual[e])),
        )
        for e, (n, v, start, breakdown) in enumerate(
            zip(
                chosen.occurrence.tolist(),
                chosen.volunteer.tolist(),
                chosen.start.tolist(),
                lines,
                strict=True,
            )
        )
    )


def _sentence(world: World, row: int, volunteer: int, *, is_usual: bool) -> str:
    """Why this person, in words that may be told before a yes."""
    job = _JOB_WORDS.get(world.occurrences[row].kind, "help in this way")
    offered = f"offered to {job[0].lower()}{job[1:]}"
    known = "have helped this neighbour before, " if is_usual else ""
    return f"You {known}are {told_band(world, row, volunteer)} away, free then, and {offered}."
