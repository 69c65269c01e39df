"""One thin module a Lambda function: translate, call one use case, answer."""
