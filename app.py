"""The CDK entry: composes the stack. There is none yet, so `cdk synth` says so and stops."""

import sys

if __name__ == "__main__":
    sys.exit("Nothing to deploy yet: the stack is still to come. `make replay` shows the ledger at work.")
