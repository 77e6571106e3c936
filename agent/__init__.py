"""The agent on the reception PC: takes signed results from the reader to the clinic's software.

It opens the cable, verifies what the reader signed, stores it before saying so, asks the
eligibility source about the patient and delivers each result exactly once to every relay.
Start it with `python -m agent --config FILE`.
"""
