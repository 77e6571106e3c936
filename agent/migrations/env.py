"""Alembic runs this for each command: on the connection that `agent/store.py` hands over."""

from alembic import context

from agent.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()
