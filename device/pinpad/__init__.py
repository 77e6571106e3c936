"""The PIN on its way from the patient's finger to the card: entry, wiping, and the attempt log.

The card is the authority over its own PIN. This room only makes sure that a PIN lives as short
as possible, is never shown, and that no VERIFY happens without a record on the disk before it.
"""
