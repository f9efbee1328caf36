DROP TABLE hidden_accounts;
DROP TABLE hidden_posts;
DROP TABLE native_events;
DROP TABLE calendars;
DROP TABLE date_changes;
-- Of two sessions at one start, of which one was cancelled, the older schema knows one.
DELETE FROM sessions WHERE state = 'cancelled' AND EXISTS (
    SELECT 1 FROM sessions o
    WHERE o.chat_id = sessions.chat_id AND o.starts_us = sessions.starts_us AND o.id > sessions.id
);
DELETE FROM sessions WHERE state = 'cancelled' AND EXISTS (
    SELECT 1 FROM sessions o
    WHERE o.chat_id = sessions.chat_id AND o.starts_us = sessions.starts_us AND o.id <> sessions.id
);
DROP INDEX sessions_of_chat;
CREATE UNIQUE INDEX sessions_of_chat ON sessions (chat_id, starts_us) WHERE chat_id IS NOT NULL;
ALTER TABLE sessions DROP COLUMN occurs_on;
ALTER TABLE chats DROP COLUMN until_day;
ALTER TABLE chats DROP COLUMN every_nth;
