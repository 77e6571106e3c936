"""Where the reader's signing key lives: one adapter a file.

Each has `create(settings)` for the reader, and for the factory `make_key(settings)` and
`open_uncertified(settings)`, which need no certificate yet.
"""
