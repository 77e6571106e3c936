"""Coverage-guided fuzzing of everything that parses what a card says, or whoever brings a model.

`python -m tests.fuzz TARGET` searches for inputs that make a parser of `targets/` raise anything
but its own errors; what it learnt stays in `corpus/TARGET/`, so the next run starts from there.
"""
