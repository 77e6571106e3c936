"""PINs of the reader itself, which it compares and counts alone: staff's and maintenance's.

Other than with a card's PIN nobody else knows how many guesses were wrong. So a guess is counted
on the disk before it is compared, each wrong one makes the next wait longer, and a count that was
lost or changed locks instead of starting from zero. Staff type the facility
password on the patient's screen (`jobs/staff.py`).
"""
