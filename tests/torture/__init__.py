"""Long runs against one promise each, far beyond what a test can wait for.

`python -m tests.torture --list` names them. A run is a module of `runs/`: its docstring says what
it does, `COUNT` is the number of trials that the promise asks for, and `run(count, seed)` plays so
many. Trial i draws everything from `seed + i`, so `--count 1 --seed SEED` plays a failed one again.
Beside each lies a test that shows that it can fail, on a bad design.
"""
