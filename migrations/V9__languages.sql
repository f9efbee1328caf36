-- Which languages a member speaks, as ISO 639 codes with blanks between; empty: not said.
ALTER TABLE members ADD COLUMN languages TEXT NOT NULL DEFAULT '';
