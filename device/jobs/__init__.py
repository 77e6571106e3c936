"""The work a visit waits for: with the card, the camera, the PIN pad and the disk.

Each job that the visit waits for answers with exactly one event that names the turn it was
started in. What a patient leaves behind is wiped by the job's `forget`.
"""
