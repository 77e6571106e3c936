"""One patient's visit as a pure function: `advance(state, event) -> (state, effects)`.

No input or output, no clock, no thread. Replaying a list of events reproduces any visit,
and docs/STATES.md is drawn from this very code.
"""
