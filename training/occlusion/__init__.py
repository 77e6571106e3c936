"""Teaches a tiny network to tell whether a face's mouth or eyes are covered.

There is no set of masked faces whose terms are known, so masks and dark glasses are painted: onto
portraits of bare faces, together with whatever bare faces have that resembles them.
"""
