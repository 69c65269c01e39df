"""Every interleaving of a few calls to AWS, over the shipped decisions and the shipped expressions."""
