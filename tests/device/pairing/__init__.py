"""The reader's side of pairing."""
