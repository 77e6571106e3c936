"""The agent under Windows' Python in Wine, which is not Windows; decision 0039."""
