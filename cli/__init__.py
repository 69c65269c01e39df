"""What runs on a workstation: one file per verb of `taskledger`, and the laboratory in `lab`."""
