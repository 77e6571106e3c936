"""The clinic's own list of patients: one file a source, named in `[patients]`.

A source module offers `Settings`, a table with what `[patients]` may hold, and `create(settings)`.
"""
