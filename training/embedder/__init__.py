"""Trains `uketsuke`, the project's own embedder, from dlib's CC0 ResNet and two teachers.

`python -m training.embedder --help` lists the steps: `pack`, `teach`, `train`, `export`,
`hold-out`.
"""
