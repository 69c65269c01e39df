"""A deployed stack, as the verbs find, read and use it."""
