"""What the program does beside running: one file a subcommand, called by cli.py."""
