"""What the environment says, read once into frozen values; an error names the variable.

The stack sets each variable and checks it against what is allowed: no default and no limit is repeated here.
"""
