"""delivered, opened, answered, withdrawn and lapsed are different facts, each with its own time"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEW = ("opened_at", "withdrawn_at", "lapsed_at", "late_yes_at")
_CHECKS = {
    "answer_has_its_time": "(status in ('accepted', 'declined')) = (answered_at is not null)",
    "withdrawn_has_its_time": "(status = 'withdrawn') = (withdrawn_at is not null)",
    "lapsed_has_its_time": "(status = 'lapsed') = (lapsed_at is not null)",
    "late_yes_is_late": "late_yes_at is null or status in ('withdrawn', 'lapsed')",
}


def upgrade() -> None:
    for name in _NEW:
        op.add_column("matches", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("ck_matches_answered_when_over"), "matches", type_="check")
    op.execute("update matches set withdrawn_at = answered_at, answered_at = null where status = 'withdrawn'")
    op.execute("update matches set lapsed_at = answered_at, answered_at = null where status = 'lapsed'")
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_matches_{name}"), "matches", condition)


def downgrade() -> None:
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_matches_{name}"), "matches", type_="check")
    op.execute("update matches set answered_at = coalesce(answered_at, withdrawn_at, lapsed_at)")
    op.create_check_constraint(
        op.f("ck_matches_answered_when_over"), "matches", "(status = 'proposed') = (answered_at is null)"
    )
    for name in _NEW:
        op.drop_column("matches", name)
