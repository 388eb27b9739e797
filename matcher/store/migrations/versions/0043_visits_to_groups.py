"""visits to community groups in their own places, and what was heard there"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_RULES = {
    "in_words": "who <> '' and by_whom <> ''",
    "made_and_heard": "(made_on is null) = (heard = '')",
    "made_or_called_off": "made_on is null or called_off_at is null",
    "answers_what_was_heard": "decision_id is null or made_on is not null",
}


def _link(table: str, name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(target, name=op.f(f"fk_{table}_{name}"))
    return sa.Column(name, sa.BigInteger(), key, nullable=nullable)


def _words(name: str, *, may_lack: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="" if may_lack else None)


def upgrade() -> None:
    table = "outreach_visits"
    op.create_table(
        table,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        _link(table, "area_id", "areas.id"),
        _words("who"),
        _words("group_key", may_lack=True),
        _words("place", may_lack=True),
        sa.Column("planned_on", sa.Date(), nullable=False),
        _words("by_whom"),
        sa.Column("made_on", sa.Date(), nullable=True),
        _words("heard", may_lack=True),
        _words("follows", may_lack=True),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        _link(table, "decision_id", "decisions.id", nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        _link(table, "staff_id", "staff.id"),
        sa.UniqueConstraint("decision_id", name=op.f(f"uq_{table}_decision_id")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in _RULES.items()),
    )
    for column in ("area_id", "staff_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    told = "outreach_stories"
    op.create_table(
        told,
        _link(told, "visit_id", "outreach_visits.id"),
        _link(told, "story_id", "stories.id"),
        sa.PrimaryKeyConstraint("visit_id", "story_id", name=op.f(f"pk_{told}")),
    )
    op.create_index(op.f(f"ix_{told}_story_id"), told, ["story_id"])


def downgrade() -> None:
    op.drop_table("outreach_stories")
    op.drop_table("outreach_visits")
