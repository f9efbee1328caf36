-- A chat's rule in full: every n-th date of its rhythm, up to a last day.
ALTER TABLE chats ADD COLUMN every_nth INTEGER NOT NULL DEFAULT 1;
ALTER TABLE chats ADD COLUMN until_day TEXT;

-- The day, there, on which the rule puts a session; where it is moved to is in starts_us.
ALTER TABLE sessions ADD COLUMN occurs_on TEXT;
DROP INDEX sessions_of_chat;
CREATE UNIQUE INDEX sessions_of_chat ON sessions (chat_id, starts_us)
    WHERE chat_id IS NOT NULL AND state <> 'cancelled';

-- One date of a chat that does not follow its rule: moved to a local time, or cancelled (null).
CREATE TABLE date_changes (
    id BIGINT PRIMARY KEY,
    chat_id BIGINT NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    on_day TEXT NOT NULL,
    moved_to TEXT,
    times INTEGER NOT NULL,
    UNIQUE (chat_id, on_day)
);

-- The secret part of the address of a community's calendar.
CREATE TABLE calendars (
    community_id BIGINT PRIMARY KEY REFERENCES communities (id) ON DELETE CASCADE,
    secret TEXT NOT NULL
);
CREATE UNIQUE INDEX calendars_secret ON calendars (secret);

-- The events that Discord shows: one a gathering, for its next date. The id is the event's marker.
CREATE TABLE native_events (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    gathering_id BIGINT NOT NULL,
    starts_us BIGINT NOT NULL,
    ends_us BIGINT NOT NULL,
    told TEXT NOT NULL,
    event_id BIGINT
);
CREATE UNIQUE INDEX native_events_gathering ON native_events (gathering_id);

-- What the hosts of a community took out of its sight.
CREATE TABLE hidden_posts (
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    post_id BIGINT NOT NULL,
    PRIMARY KEY (community_id, post_id)
);
CREATE INDEX hidden_posts_post ON hidden_posts (post_id);
CREATE TABLE hidden_accounts (
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    account_id BIGINT NOT NULL,
    PRIMARY KEY (community_id, account_id)
);
CREATE INDEX hidden_accounts_account ON hidden_accounts (account_id);
