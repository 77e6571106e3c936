"""Is it a living person who stands before the camera, and not a picture of one?

Terms of ISO/IEC 30107: presentation attack detection. Two things are asked of a living face that a
piece of paper cannot do: the eyes shut and open again (`eyes.py`), and through a small turn to a
side that is drawn at random, the nose moves against the rest of the face (`relief.py`).
`challenges.py` puts them together; what it does not stop is told in `docs/SECURITY.md`.
"""
