"""The doors of reception software: one file a kind of door, named in `[[relays]]`.

A relay module offers `Settings`, a table with what its `[[relays]]` may hold, and
`create(settings)`. Files that begin with `_` are parts of a relay, not relays.
"""
