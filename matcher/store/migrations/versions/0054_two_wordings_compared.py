"""two wordings of one question, compared, and which of them an ask had"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_TABLE = "text_comparisons"
_STAY = """
create or replace function message_text_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.ended_at is null
        and (new.id, new.event, new.subject, new.text, new.written_by, new.written_at{more_new})
          = (old.id, old.event, old.subject, old.text, old.written_by, old.written_at{more_old}) then
        return new;
    end if;
    raise exception 'a text that was written stays as it is' using errcode = 'integrity_constraint_violation';
end $$
"""
# While two are compared neither changes: what holds is the first, and no third may hold or be tried.
_COMPARED_STAY = """
create function compared_texts_stay() returns trigger language plpgsql as $$
begin
    if exists (select from text_comparisons c where c.event = new.event and c.ended_at is null) then
        raise exception 'this text is being compared' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$
"""
_COMPARISON_STAYS = """
create function comparison_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.ended_at is null
        and (old.stopped_at is null or new.stopped_at = old.stopped_at)
        and (new.id, new.event, new.second_text_id, new.began_by, new.began_at)
          = (old.id, old.event, old.second_text_id, old.began_by, old.began_at)
        and new.first_text_id is not distinct from old.first_text_id then
        return new;
    end if;
    raise exception 'a comparison that was begun stays as it is' using errcode = 'integrity_constraint_violation';
end $$
"""
_OF_ITS_COMPARISON = """
create function words_are_of_its_comparison() returns trigger language plpgsql as $$
begin
    if not exists (select from text_comparisons c where c.id = new.comparison_id and c.ended_at is null
                   and c.event in (new.template, new.template || '_' || new.channel)
                   and (new.text_id is not distinct from c.first_text_id or new.text_id = c.second_text_id)) then
        raise exception 'these words are not in that comparison' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$
"""


def upgrade() -> None:
    op.add_column(
        "message_texts", sa.Column("is_beside", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_unique_constraint(op.f("uq_message_texts_id_event"), "message_texts", ["id", "event"])
    _one_that_holds("ended_at is null and not is_beside")
    op.create_table(
        _TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("first_text_id", sa.BigInteger(), nullable=True),
        sa.Column("second_text_id", sa.BigInteger(), nullable=False),
        sa.Column("began_by", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "kept",
            sa.Enum("first", "second", name="side", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.CheckConstraint("event in ('match_asked', 'match_asked_email')", name=op.f(f"ck_{_TABLE}_of_a_question")),
        sa.CheckConstraint("first_text_id <> second_text_id", name=op.f(f"ck_{_TABLE}_two_texts")),
        sa.CheckConstraint(
            "num_nulls(ended_by, ended_at, kept) in (0, 3)", name=op.f(f"ck_{_TABLE}_ended_by_a_choice")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{side}_text_id", "event"],
                ["message_texts.id", "message_texts.event"],
                name=op.f(f"fk_{_TABLE}_{side}_text_id_event"),
            )
            for side in ("first", "second")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["staff.id"], name=op.f(f"fk_{_TABLE}_{column}"))
            for column in ("began_by", "ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
        sa.UniqueConstraint("second_text_id", "event", name=op.f(f"uq_{_TABLE}_second_text_id_event")),
    )
    for columns in (["first_text_id", "event"], ["began_by"], ["ended_by"]):
        op.create_index(op.f(f"ix_{_TABLE}_{'_'.join(columns)}"), _TABLE, columns)
    op.create_index(
        f"uq_{_TABLE}_one_at_a_time", _TABLE, ["event"], unique=True, postgresql_where=sa.text("ended_at is null")
    )
    op.add_column("notifications", sa.Column("comparison_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_notifications_comparison_id"), "notifications", _TABLE, ["comparison_id"], ["id"])
    op.create_index(op.f("ix_notifications_comparison_id"), "notifications", ["comparison_id"])
    op.execute(_STAY.format(more_new=", new.is_beside", more_old=", old.is_beside"))
    for function in (_COMPARED_STAY, _COMPARISON_STAYS, _OF_ITS_COMPARISON):
        op.execute(function)
    op.execute(
        "create trigger compared_texts_stay before insert or update on message_texts"
        " for each row execute function compared_texts_stay()"
    )
    op.execute(
        f"create trigger comparison_stays before update or delete on {_TABLE}"
        " for each row execute function comparison_stays()"
    )
    op.execute(
        "create trigger words_are_of_its_comparison before insert on notifications"
        " for each row when (new.comparison_id is not null) execute function words_are_of_its_comparison()"
    )
    _words_owed_stay("text_id", "comparison_id")


def downgrade() -> None:
    op.execute("drop trigger words_are_of_its_comparison on notifications")
    op.execute("drop trigger compared_texts_stay on message_texts")
    _words_owed_stay("text_id")
    op.drop_column("notifications", "comparison_id")
    op.drop_table(_TABLE)
    op.execute("update message_texts set ended_at = now(), ended_by = written_by where is_beside and ended_at is null")
    op.execute(_STAY.format(more_new="", more_old=""))
    _one_that_holds("ended_at is null")
    op.drop_constraint(op.f("uq_message_texts_id_event"), "message_texts")
    op.drop_column("message_texts", "is_beside")
    for name in ("words_are_of_its_comparison", "comparison_stays", "compared_texts_stay"):
        op.execute(f"drop function {name}()")


def _one_that_holds(where: str) -> None:
    name = "uq_message_texts_one_that_holds"
    op.drop_index(name, "message_texts")
    op.create_index(name, "message_texts", ["event"], unique=True, postgresql_where=sa.text(where))


def _words_owed_stay(*columns: str) -> None:
    differs = " or ".join(f"old.{column} is distinct from new.{column}" for column in columns)
    op.execute("drop trigger words_owed_stay on notifications")
    op.execute(
        f"create trigger words_owed_stay before update of {', '.join(columns)} on notifications"
        f" for each row when ({differs}) execute function words_owed_stay()"
    )
