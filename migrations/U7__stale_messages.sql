DROP INDEX prompts_subject;
DROP TABLE stale_messages;
