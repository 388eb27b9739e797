"""what a cold spell opened, and calls off when it thaws; who wishes to be asked whether they are warm, and what they say"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KINDS = "ck_inbound_texts_replykind"
_UNIQUE = "uq_occurrences_need_id_starts_at"
_OF_A_SPELL = ("occurrences", "notifications")


def upgrade() -> None:
    op.add_column("cold_spells", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "update cold_spells set settled_at = coalesce(ended_at, ends_at) where coalesce(ended_at, ends_at) <= now()"
    )
    op.create_check_constraint(
        op.f("ck_cold_spells_settled_after_it"), "cold_spells", "settled_at >= coalesce(ended_at, ends_at)"
    )
    op.add_column("people", sa.Column("warm_agreed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people", sa.Column("warm_wording", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_people_warm_was_agreed"), "people", "(warm_agreed_at is null) = (warm_wording is null)"
    )
    for table in _OF_A_SPELL:
        op.add_column(table, sa.Column("cold_spell_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_cold_spell_id"), table, "cold_spells", ["cold_spell_id"], ["id"])
        op.create_index(op.f(f"ix_{table}_cold_spell_id"), table, ["cold_spell_id"])
    op.drop_constraint(op.f(_UNIQUE), "occurrences", type_="unique")
    op.create_index(
        _UNIQUE,
        "occurrences",
        ["need_id", "starts_at"],
        unique=True,
        postgresql_where=sa.text("cold_spell_id is null or status <> 'cancelled'"),
    )
    op.create_table(
        "warm_checks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cold_spell_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_to_ring", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dealt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dealt_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("answer in ('needs', 'well')", name=op.f("ck_warm_checks_warmanswer")),
        sa.CheckConstraint("(answer is null) = (answered_at is null)", name=op.f("ck_warm_checks_answered_once")),
        sa.CheckConstraint(
            "(dealt_at is null) = (dealt_by is null)", name=op.f("ck_warm_checks_somebody_dealt_with_it")
        ),
        sa.ForeignKeyConstraint(["cold_spell_id"], ["cold_spells.id"], name=op.f("fk_warm_checks_cold_spell_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_warm_checks_person_id")),
        sa.ForeignKeyConstraint(["dealt_by"], ["staff.id"], name=op.f("fk_warm_checks_dealt_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warm_checks")),
        sa.UniqueConstraint("cold_spell_id", "person_id", name=op.f("uq_warm_checks_cold_spell_id_person_id")),
    )
    for column in ("cold_spell_id", "person_id", "dealt_by"):
        op.create_index(op.f(f"ix_warm_checks_{column}"), "warm_checks", [column])
    _reply_kinds("'yes', 'no', 'stop', 'start', 'help', 'needs', 'well', 'other'")


def downgrade() -> None:
    op.execute("update inbound_texts set kind = 'other' where kind in ('needs', 'well')")
    _reply_kinds("'yes', 'no', 'stop', 'start', 'help', 'other'")
    op.drop_table("warm_checks")
    op.execute(
        "delete from console_messages where notification_id in"
        " (select id from notifications where cold_spell_id is not null)"
    )
    op.execute("delete from notifications where cold_spell_id is not null")
    # A day that was called off and came again would stand twice: the one that was called off steps aside.
    op.execute(
        "update occurrences o set starts_at = starts_at - interval '1 microsecond' * numbered.place from"
        " (select id, row_number() over (partition by need_id, starts_at order by status <> 'cancelled' desc, id) - 1"
        " as place from occurrences) numbered where numbered.id = o.id and numbered.place > 0"
    )
    op.drop_index(_UNIQUE, "occurrences")
    for table in _OF_A_SPELL:
        op.drop_column(table, "cold_spell_id")
    op.create_unique_constraint(op.f(_UNIQUE), "occurrences", ["need_id", "starts_at"])
    op.drop_constraint(op.f("ck_people_warm_was_agreed"), "people", type_="check")
    op.drop_column("people", "warm_wording")
    op.drop_column("people", "warm_agreed_at")
    op.drop_constraint(op.f("ck_cold_spells_settled_after_it"), "cold_spells", type_="check")
    op.drop_column("cold_spells", "settled_at")


def _reply_kinds(kinds: str) -> None:
    op.drop_constraint(op.f(_KINDS), "inbound_texts", type_="check")
    op.create_check_constraint(op.f(_KINDS), "inbound_texts", f"kind in ({kinds})")
