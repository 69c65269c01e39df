"""The last lines that containers wrote, from CloudWatch Logs."""
