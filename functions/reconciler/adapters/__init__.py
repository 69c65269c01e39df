"""AWS behind the ports: with `wiring`, the only modules that know boto3."""
