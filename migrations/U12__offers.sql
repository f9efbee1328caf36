DROP INDEX introductions_created;
DROP TABLE offers;
