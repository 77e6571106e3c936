"""Chooses the two constants of a calibration and measures them on people who chose neither.

The shrinkage of the axes is chosen by half of those who judge, the plain distance that guards by
strangers (decision 0015).
"""
