"""A deployed stack, as the commands find and use it."""
