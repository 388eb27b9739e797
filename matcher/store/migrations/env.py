"""Alembic's entry: it gets an open connection from `migrate`, so there is nothing to configure in a file."""

from alembic import context

from matcher.store.models import Declared

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Declared.metadata,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
