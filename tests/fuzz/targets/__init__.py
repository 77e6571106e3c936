"""What is fuzzed, one parser a file, each with a function `fuzz(data)`."""
