"""`python -m taskledger` is `taskledger`."""

from .main import main

main()
