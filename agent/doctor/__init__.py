"""Looks at everything on this PC that the agent needs, one line each, and says what to do.

A check is a small function that returns findings and changes nothing. What only an adapter knows
is asked of the adapter: a file of `agent/eligibility` or `agent/relays` may have a function
`examine(settings)` that returns findings as well.
"""
