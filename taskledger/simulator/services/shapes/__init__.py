"""How services are shown: in the answers of the API, in events, and in their own messages."""
