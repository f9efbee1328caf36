-- What profiles say (bot.store.profiles), who is away for a while, what instances call posts, and
-- messages of ours whose reason is gone.

-- read_us: when the profile was read last; -1: never.
ALTER TABLE accounts ADD COLUMN read_us BIGINT NOT NULL DEFAULT -1;

-- Accounts that are deactivated or suspended, or were: the newest news of each.
CREATE TABLE absences (
    id BIGINT PRIMARY KEY,
    at_us BIGINT NOT NULL,
    is_away SMALLINT NOT NULL
);

-- Mastodon tells of deletions by the number that the instance gave a post.
CREATE TABLE local_ids (
    source TEXT NOT NULL,
    local_id TEXT NOT NULL,
    post_id BIGINT NOT NULL,
    PRIMARY KEY (source, local_id)
);
CREATE INDEX local_ids_post ON local_ids (post_id);

-- Messages of ours about somebody who was erased: where they are, and nothing else.
CREATE TABLE orphan_messages (
    message_id BIGINT PRIMARY KEY,
    channel_id BIGINT NOT NULL,
    community_id BIGINT
);
