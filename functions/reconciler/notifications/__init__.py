"""What a notification says: text for people, JSON for machines, a form for chats; pure."""
