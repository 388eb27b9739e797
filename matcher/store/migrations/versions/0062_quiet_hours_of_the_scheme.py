"""the hours in which nothing goes that can wait are a setting of the scheme"""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_TABLE, _RULE = "settings", "quiet_hours_are_at_night"


def _known_names(*names: str) -> None:
    op.drop_constraint(op.f("ck_settings_known_name"), _TABLE, type_="check")
    listed = ", ".join(f"'{name}'" for name in names)
    op.create_check_constraint(op.f("ck_settings_known_name"), _TABLE, f"name in ({listed})")


def upgrade() -> None:
    _known_names("closed", "phone", "hours", "quiet")
    rule = "name <> 'quiet' or value ~ '^(18|19|20|21|22|23)-(6|7|8|9|10)$'"
    op.create_check_constraint(op.f(f"ck_settings_{_RULE}"), _TABLE, rule)


def downgrade() -> None:
    op.drop_constraint(op.f(f"ck_settings_{_RULE}"), _TABLE, type_="check")
    op.execute("delete from settings where name = 'quiet'")
    _known_names("closed", "phone", "hours")
