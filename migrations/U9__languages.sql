ALTER TABLE members DROP COLUMN languages;
