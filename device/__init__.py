"""The reader on the counter: card, camera, PIN pad, screen, and one visit at a time.

`visit` decides, `performer` acts, each hardware folder knows one piece of hardware and
nothing of the visit. Start it with `python -m device --config FILE`.
"""
