"""Chooses the two constants of a calibration on some people and measures them on others.

The constants are the shrinkage of the axes and the plain distance that guards (decision 0015).
"""
