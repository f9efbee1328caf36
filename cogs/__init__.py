"""The discord.py extensions: no SQL, no sources, no other cog."""
