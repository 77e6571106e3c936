"""What `python -m agent` does, one function a task; only the file that is needed is loaded.

Each takes the words of the command line and returns the exit status.
"""
