"""Trains the network that reads one printed line, from lines drawn with installed fonts.

`python -m training.printed_lines` draws, learns, measures on fonts kept out and writes the
network; the model card lies beside this file.
"""
