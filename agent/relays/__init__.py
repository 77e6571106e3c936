"""The doors of reception software: one file a kind of door, named in `[[relays]]`.

A relay module offers `Settings`, a frozen dataclass with what its table may hold, and
`open_relay(settings)`. Files that begin with `_` are parts of a relay, not relays.
"""
