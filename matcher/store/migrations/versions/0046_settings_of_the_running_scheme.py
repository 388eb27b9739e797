"""settings that are changed while the scheme runs"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def _known_things(*things: str) -> None:
    op.drop_constraint(op.f("ck_setting_changes_known_thing"), "setting_changes", type_="check")
    listed = ", ".join(f"'{thing}'" for thing in things)
    op.create_check_constraint(op.f("ck_setting_changes_known_thing"), "setting_changes", f"thing in ({listed})")


def upgrade() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["staff.id"], name=op.f("fk_settings_set_by")),
        sa.CheckConstraint("name in ('closed')", name=op.f("ck_settings_known_name")),
        sa.CheckConstraint("length(value) <= 200", name=op.f("ck_settings_short")),
    )
    op.create_index(op.f("ix_settings_set_by"), "settings", ["set_by"])
    _known_things("staff", "kind", "setting")


def downgrade() -> None:
    op.execute("alter table setting_changes disable trigger setting_changes_are_append_only")
    op.execute("delete from setting_changes where thing = 'setting'")
    op.execute("alter table setting_changes enable trigger setting_changes_are_append_only")
    _known_things("staff", "kind")
    op.drop_table("settings")
