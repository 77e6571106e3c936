"""What happens at set-up and in the factory, never while a patient waits.

Here the face model is built from its public source file, and here manufacturers find the tools that
provision, test and calibrate a reader.
"""
