"""How results look: JSON, tables, times, progress, in a terminal and in a pipe."""
