"""Trains the network that reads one printed digit, from digits drawn with installed fonts.

`python -m training.printed_digits` draws, learns, measures on fonts kept out and writes the
weights; the model card lies beside this file.
"""
