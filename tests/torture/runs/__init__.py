"""One file a run; its name is the run's name."""
