"""The composition root: which adapter stands behind which port, a module for what some function works with.

A function imports no more than it works with, as it pays for each import with every cold start.
"""
