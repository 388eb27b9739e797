"""the audit as a chain of hashes, and a guard that it holds names of things only"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_NAMES_ONLY = (
    "actor ~ '^(system|(staff|person):[0-9]+)$' and action ~ '^[a-z_]+$' and thing ~ '^[a-z_]+$'"
    " and array_to_string(fields, ' ') ~ '^[A-Za-z0-9_ -]*$'"
)
# What is hashed of a row: all of it, with no part that depends on the settings of a session.
_HASH = """
    create function audit_hash(before bytea, entry audit) returns bytea language sql stable as $$
        select sha256(before || convert_to(jsonb_build_array(
            entry.id, to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
            entry.actor, entry.action, entry.thing, entry.thing_id, to_jsonb(entry.fields))::text, 'UTF8'))
    $$
"""
# By the rights of the owner: the serving role can write neither table itself.
_AWAITS = """
    create function audit_awaits_its_link() returns trigger language plpgsql
        security definer set search_path = public, pg_temp as $$
    begin
        insert into audit_waiting (audit_id) values (new.id);
        return null;
    end $$
"""
_SEAL = """
    create function audit_seal(moment timestamptz, most integer) returns integer language plpgsql
        security definer set search_path = public, pg_temp as $$
    declare
        entry audit;
        place bigint;
        sealed bytea;
        added integer := 0;
    begin
        if not pg_try_advisory_xact_lock(6174220) then  -- somebody else is at it
            return 0;
        end if;
        select position, hash into place, sealed from audit_chain order by position desc limit 1;
        place := coalesce(place, 0);
        sealed := coalesce(sealed, ''::bytea);
        for entry in
            select a.* from audit_waiting w join audit a on a.id = w.audit_id order by w.audit_id limit most
        loop
            place := place + 1;
            sealed := audit_hash(sealed, entry);
            insert into audit_chain (position, audit_id, hash, sealed_at) values (place, entry.id, sealed, moment);
            delete from audit_waiting where audit_id = entry.id;
            added := added + 1;
        end loop;
        return added;
    end $$
"""


def upgrade() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_chain_audit_id")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_chain_audit_id")),
    )
    op.create_table("audit_waiting", sa.Column("audit_id", sa.BigInteger(), primary_key=True, autoincrement=False))
    op.create_index("ix_audit_actor", "audit", ["actor"])
    op.create_index("ix_audit_thing", "audit", ["thing", "thing_id"])
    for function in (_HASH, _AWAITS, _SEAL):
        op.execute(function)
    op.execute("insert into audit_waiting (audit_id) select id from audit")
    op.execute(
        "create trigger audit_awaits_its_link after insert on audit"
        " for each row execute function audit_awaits_its_link()"
    )
    op.execute(
        "create trigger audit_chain_is_append_only before update or delete or truncate on audit_chain"
        " for each statement execute function audit_is_append_only()"
    )
    # What stands there already was written before there was this rule.
    op.execute(f"alter table audit add constraint ck_audit_names_only check ({_NAMES_ONLY}) not valid")


def downgrade() -> None:
    op.execute("alter table audit drop constraint ck_audit_names_only")
    op.execute("drop trigger audit_awaits_its_link on audit")
    for table in ("audit_chain", "audit_waiting"):
        op.drop_table(table)
    op.execute("drop function audit_seal(timestamptz, integer)")
    op.execute("drop function audit_awaits_its_link()")
    op.execute("drop function audit_hash(bytea, audit)")
    for index in ("ix_audit_actor", "ix_audit_thing"):
        op.drop_index(index, table_name="audit")
