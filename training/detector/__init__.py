"""Trains the face detector: pictures are labelled, put into random scenes, learnt and exported.

`python -m training.detector --help` lists the steps: `label`, `train`, `export`,
`evaluate`.
"""
