"""What people read: one catalogue per language."""
