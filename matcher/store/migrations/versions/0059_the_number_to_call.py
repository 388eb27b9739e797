"""the number to call, and when it is answered, are settings of the scheme"""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

_TABLE = "settings"
_CHECKS = {
    "phone_is_a_number": "name <> 'phone' or (value ~ '^[+]?[0-9]( ?[0-9]){7,14}$' and length(value) <= 17)",
    "hours_are_said": "name <> 'hours' or (value <> '' and length(value) <= 60)",
}


def _known_names(*names: str) -> None:
    op.drop_constraint(op.f("ck_settings_known_name"), _TABLE, type_="check")
    listed = ", ".join(f"'{name}'" for name in names)
    op.create_check_constraint(op.f("ck_settings_known_name"), _TABLE, f"name in ({listed})")


def upgrade() -> None:
    _known_names("closed", "phone", "hours")
    for name, rule in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_settings_{name}"), _TABLE, rule)


def downgrade() -> None:
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_settings_{name}"), _TABLE, type_="check")
    op.execute("delete from settings where name in ('phone', 'hours')")
    _known_names("closed")
