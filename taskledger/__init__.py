"""The command `taskledger`: what people run on a workstation or in a pipeline.

main -> verbs -> (audit | replay) -> (deployed | local) -> (simulator | output)
"""
