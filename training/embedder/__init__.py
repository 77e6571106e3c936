"""Trains `uketsuke`, the project's own embedder, from dlib's CC0 ResNet and other networks
whose licences allow it, its teachers.

`python -m training.embedder --help` lists the steps: `pack`, `teach`, `train`, `export`,
`hold-out`.
"""
