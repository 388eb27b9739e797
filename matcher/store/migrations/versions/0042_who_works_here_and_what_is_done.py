"""what was changed of staff and kinds, from what to what; kinds that are off; never without an administrator"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

# At the end of a transaction, so that one may take over from another in it; one at a time, so that two who give up at
# once do not each count on the other. A scheme that never had one is left alone.
_STAYS = """
    create function an_administrator_stays() returns trigger language plpgsql as $$
    declare was_one boolean;
    begin
        if tg_table_name = 'staff_roles' then
            was_one := exists (select from roles where id = old.role_id and name = 'administrator');
        else
            was_one := exists (select from staff_roles sr join roles r on r.id = sr.role_id
                               where sr.staff_id = old.id and r.name = 'administrator');
        end if;
        if not was_one then
            return null;
        end if;
        perform pg_advisory_xact_lock(6174221);
        if not exists (select from staff_roles sr join roles r on r.id = sr.role_id join staff s on s.id = sr.staff_id
                       where r.name = 'administrator' and s.active) then
            raise exception 'the last administrator stays' using errcode = 'integrity_constraint_violation';
        end if;
        return null;
    end $$
"""


def upgrade() -> None:
    op.create_table(
        "setting_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name=op.f("fk_setting_changes_changed_by")),
        sa.CheckConstraint("thing in ('staff', 'kind')", name=op.f("ck_setting_changes_known_thing")),
        sa.CheckConstraint("before <> after", name=op.f("ck_setting_changes_changes_something")),
    )
    op.create_index(op.f("ix_setting_changes_changed_by"), "setting_changes", ["changed_by"])
    op.create_index("ix_setting_changes_thing", "setting_changes", ["thing", "key"])
    op.add_column("kinds", sa.Column("is_on", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.execute(
        "create trigger setting_changes_are_append_only before update or delete or truncate on setting_changes"
        " for each statement execute function audit_is_append_only()"
    )
    op.execute(_STAYS)
    op.execute(
        "create constraint trigger an_administrator_stays after delete on staff_roles"
        " deferrable initially deferred for each row execute function an_administrator_stays()"
    )
    op.execute(
        "create constraint trigger an_administrator_stays after update of active on staff"
        " deferrable initially deferred for each row when (old.active and not new.active)"
        " execute function an_administrator_stays()"
    )


def downgrade() -> None:
    for table in ("staff", "staff_roles"):
        op.execute(f"drop trigger an_administrator_stays on {table}")
    op.execute("drop function an_administrator_stays()")
    op.drop_column("kinds", "is_on")
    op.drop_table("setting_changes")
