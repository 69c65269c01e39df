"""The sweep of a cluster's services: what DescribeServices says, beside what events brought."""
