"""Measures a bundle on pictures: who is accepted, who is refused, how long it takes.

It runs on a developer's or maker's machine, never on a reader; the terms are those of
ISO/IEC 19795-1.
"""
