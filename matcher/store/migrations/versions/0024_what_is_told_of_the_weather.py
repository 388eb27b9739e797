"""what is told of the weather, and from when on it is cold in an area"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_LIMITS = {
    "cold_is_near_frost": "cold_ground_c between -20 and 10",
    "some_snow": "cold_snow_mm between 1 and 1000",
    "known_level": "cold_level in ('YELLOW', 'AMBER', 'RED')",
}


def upgrade() -> None:
    op.add_column("areas", sa.Column("cold_ground_c", sa.Float(), server_default="0.5", nullable=False))
    op.add_column("areas", sa.Column("cold_snow_mm", sa.Float(), server_default="20", nullable=False))
    op.add_column("areas", sa.Column("cold_level", sa.String(), server_default="YELLOW", nullable=False))
    for name, rule in _LIMITS.items():
        op.create_check_constraint(op.f(f"ck_areas_{name}"), "areas", rule)
    op.create_table(
        "weather_sources",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("name in ('warnings', 'forecast')", name=op.f("ck_weather_sources_known")),
        sa.CheckConstraint("read_at <= looked_at", name=op.f("ck_weather_sources_read_as_it_was_looked_at")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_weather_sources")),
    )
    op.create_table(
        "cold_hints",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.CheckConstraint("begins_at <= ends_at", name=op.f("ck_cold_hints_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_cold_hints_area_id")),
        sa.ForeignKeyConstraint(
            ["source"], ["weather_sources.name"], name=op.f("fk_cold_hints_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cold_hints")),
        sa.UniqueConstraint("area_id", "source", name=op.f("uq_cold_hints_area_id_source")),
    )
    op.create_index(op.f("ix_cold_hints_area_id"), "cold_hints", ["area_id"])
    op.create_index(op.f("ix_cold_hints_source"), "cold_hints", ["source"])


def downgrade() -> None:
    op.drop_table("cold_hints")
    op.drop_table("weather_sources")
    op.execute(
        "delete from console_messages c using notifications n where n.id = c.notification_id and n.template = 'cold_suggested'"
    )
    op.execute("delete from notifications where template = 'cold_suggested'")
    for name in _LIMITS:
        op.drop_constraint(op.f(f"ck_areas_{name}"), "areas", type_="check")
    for column in ("cold_level", "cold_snow_mm", "cold_ground_c"):
        op.drop_column("areas", column)
