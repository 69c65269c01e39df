"""The answer in words, for a terminal, a pipeline and a program."""
