DROP TABLE yearly_ties;
ALTER TABLE learnings DROP COLUMN tried;
DROP TABLE reconnections;
DROP TABLE ask_helpers;
DROP TABLE asks;
DROP TABLE proposals;
DROP INDEX introductions_by;
ALTER TABLE introductions DROP COLUMN by_line;
ALTER TABLE introductions DROP COLUMN by_id;
