"""a story that was withdrawn keeps no tag"""

from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_NAME = "ck_stories_withdrawn_is_erased"
_GONE = "num_nonnulls(about, feeling, often, matters, talk_since) = 0 and shown_name = ''"
_TAGS_TOO = f"{_GONE} and not is_hidden_issue and not is_minority_view"


def _require(what: str) -> None:
    op.drop_constraint(op.f(_NAME), "stories", type_="check")
    op.create_check_constraint(op.f(_NAME), "stories", f"withdrawn_at is null or {what}")


def upgrade() -> None:
    op.execute(
        "update stories set is_hidden_issue = false, is_minority_view = false"
        " where withdrawn_at is not null and (is_hidden_issue or is_minority_view)"
    )
    _require(_TAGS_TOO)


def downgrade() -> None:
    _require(_GONE)
