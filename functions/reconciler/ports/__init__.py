"""All that the use cases need from outside, in the model's words.

Every answer is total: whatever was asked for has an entry in it, if only one that says "no answer". What can
fail raises `TransientError` or `TerminalError` unless it says otherwise.
"""
