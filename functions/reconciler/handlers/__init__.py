"""One thin module a Lambda function: translate, call one use case, answer.

What a start makes stays. Until all is imported and connected, Python does not look through it for garbage
again and again, which is a tenth of a cold start.
"""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:  # the command and tests, which import handlers too, live longer
    gc.disable()


def settle() -> None:
    """Garbage is collected from now on, and what there is so far counts as none, ever; once is enough."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
