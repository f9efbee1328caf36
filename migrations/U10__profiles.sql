DROP TABLE orphan_messages;
DROP TABLE local_ids;
DROP TABLE absences;
ALTER TABLE accounts DROP COLUMN read_us;
