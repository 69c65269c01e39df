"""What is uploaded: the functions' code, the layer with what it imports, and the policy file."""
