"""What the stack's constructs are made of: functions, queues, schedules, alarms, permissions, metrics."""
