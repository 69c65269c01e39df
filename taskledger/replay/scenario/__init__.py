"""Scenarios: scripts of what happens in the simulated ECS, and of what the ledger must make of it.

file -> script (steps, read by fields) -> play, step by step: verbs -> the local system
|
+-> moments, findings, failed expectations -> report
"""
