"""a private link may open a calendar feed"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NAME = "ck_private_links_linkpurpose"
_BEFORE = ("status", "match", "visit", "me", "sign_in")


def upgrade() -> None:
    _allow(*_BEFORE, "calendar")


def downgrade() -> None:
    op.execute("delete from private_links where purpose = 'calendar'")
    _allow(*_BEFORE)


def _allow(*purposes: str) -> None:
    op.drop_constraint(op.f(_NAME), "private_links", type_="check")
    listed = ", ".join(f"'{purpose}'" for purpose in purposes)
    op.create_check_constraint(op.f(_NAME), "private_links", f"purpose in ({listed})")
