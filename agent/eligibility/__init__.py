"""Where the agent learns about an insured person: one file a source, named in `[eligibility]`.

A source module offers `Settings`, a frozen dataclass with what `[eligibility]` may hold, and
`open_source(settings)`.
"""
