"""Where the agent learns about an insured person: one file a source, named in `[eligibility]`.

A source module offers `Settings`, a table with what `[eligibility]` may hold, and
`create(settings)`.
"""
