"""The camera's corner of the counter: is the person here the one on the card's photo?

The steps work on pictures (`uint8[H, W, 3], RGB`): decode the photo, find the face, judge the
picture, align, embed, compare. `check.py` strings them together for one patient and
forgets everything afterwards. Cameras and inference engines are adapters in their own folders.
"""
