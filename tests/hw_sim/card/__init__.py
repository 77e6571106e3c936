"""The simulated My Number card: raw command APDUs in, response bytes out, no I/O of its own.

`catalog` names ready-made cards, `issuer` makes them, `card` answers, and `vicc` lays them on the
virtual reader behind the real pcscd. Every behaviour follows facts/card.md.
"""
