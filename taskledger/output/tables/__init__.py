"""Lists for people: tables that fit the terminal."""
