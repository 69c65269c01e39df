"""The corpus check: what replay and `stops` make of a folder of published events, answers and stop reasons.

    <folder>/**/*.json ...           each on its own: events are replayed, API answers are parsed
    <folder>/**/stopped_reasons.tsv  each row is explained, and compared with the class that it should have

What is wrong is an event of a task or a service, or a task of an answer, that has all that is required and is
refused, and a row that is not of its class. Everything else that a folder may hold (other events, snippets
that are no JSON, values replaced by placeholders) is listed and counted, and is no fault.
"""
