"""Where the project trains its own models; nothing here travels to a device.

Pictures of people are read from a folder named on the command line and never enter the repository;
only the trained weights do, as a `.tflite` file beside its model card.
"""
