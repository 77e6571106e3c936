"""Steps from the tables of earlier versions to those of `agent/schema.py`, made by Alembic.

A new database gets its tables at once and is stamped with `HEAD`; a test proves that both ways lead
to the same tables.
"""

HEAD = "0008"
"""The newest step; known here, so that an agent that is up to date need not load Alembic."""
