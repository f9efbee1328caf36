-- The address of a member's own blog or site, as they told it; empty: not told.
ALTER TABLE members ADD COLUMN site TEXT NOT NULL DEFAULT '';
