"""The page to look at: one HTML file of incidents, services and the lives of tasks.

All but `file`, which writes it, is pure.
"""
