"""Presentation attacks before the reader's camera, drawn from people who do not exist.

One file a species (ISO/IEC 30107-3): what is held before the camera and how its holder answers what
the screen asks. `python -m tests.hw_sim.attacks` plays all of them, and the people themselves,
through the real face check and counts. What is counted is simulated: it orders designs, and is no
error rate of anything.
"""
