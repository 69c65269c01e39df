"""The words for whoever is woken by a stop, and how much it matters; all of it in tables by cause."""
