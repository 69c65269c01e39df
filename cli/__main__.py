"""`python -m cli` is `taskledger`."""

from .main import main

main()
