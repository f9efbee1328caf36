"""The only SQL outside migrations/."""
