"""From what AWS sends to the model: events, API answers, single fields; pure."""
