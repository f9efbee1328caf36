-- Instants are microseconds since 1970, ids are made in Python, truths are 0 or 1: alike in both databases.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE cursors (
    source TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    updated_us BIGINT NOT NULL
);

-- Payloads that could not be used: where and why, key names only.
CREATE TABLE problems (
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    path TEXT NOT NULL,
    key_names TEXT NOT NULL,
    first_us BIGINT NOT NULL,
    last_us BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    PRIMARY KEY (source, reason, path, key_names)
);

-- ---- who

-- A person has a row once we know more of them than one account: they joined, or linked accounts.
-- An account whose person_id is null stands for a person of the same id.
CREATE TABLE people (
    id BIGINT PRIMARY KEY,
    created_us BIGINT NOT NULL
);

CREATE TABLE accounts (
    id BIGINT PRIMARY KEY,
    platform TEXT NOT NULL,
    native_id TEXT NOT NULL,
    handle TEXT,
    name TEXT,
    refuses SMALLINT NOT NULL DEFAULT 0,
    person_id BIGINT REFERENCES people (id),
    seen_us BIGINT NOT NULL
);
-- seen_us: how much the sight of this handle and name counts (bot/model/people.py, account_rank).
CREATE INDEX accounts_person ON accounts (person_id) WHERE person_id IS NOT NULL;

-- A code that a member was given, to be posted by the account that they say is theirs.
CREATE TABLE claims (
    code TEXT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    expires_us BIGINT NOT NULL,
    account_id BIGINT
);
-- account_id: who posted it; the row goes once its member is told.
CREATE INDEX claims_found ON claims (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX claims_person ON claims (person_id);

-- Who must be kept out: a keyed hash of platform and native id, nothing else.
CREATE TABLE objections (
    account_hash TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    created_us BIGINT NOT NULL
);

CREATE TABLE communities (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    locale TEXT NOT NULL,
    chat_channel BIGINT,
    prompt_channel BIGINT,
    review_introductions SMALLINT NOT NULL DEFAULT 0,
    weekly_at INTEGER NOT NULL,
    joined_us BIGINT NOT NULL,
    removed_us BIGINT
);

CREATE TABLE members (
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    discord_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    consent_us BIGINT NOT NULL,
    consent_version INTEGER NOT NULL,
    naming TEXT NOT NULL,
    description TEXT NOT NULL,
    show_posts SMALLINT NOT NULL,
    delivery TEXT NOT NULL,
    distance DOUBLE PRECISION NOT NULL,
    zone TEXT NOT NULL,
    quiet_from INTEGER NOT NULL,
    quiet_until INTEGER NOT NULL,
    locale TEXT NOT NULL,
    country TEXT NOT NULL,
    employer TEXT NOT NULL,
    paused_until_us BIGINT,
    skip_until_us BIGINT,
    left_us BIGINT,
    PRIMARY KEY (community_id, discord_id)
);
CREATE INDEX members_person ON members (person_id);

CREATE TABLE person_fields (
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    stance TEXT NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (person_id, field, stance)
);

-- "Never introduce us": said by one, holds for both.
CREATE TABLE blocks (
    person_id BIGINT NOT NULL,
    other_id BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    PRIMARY KEY (person_id, other_id)
);
CREATE INDEX blocks_other ON blocks (other_id);

-- ---- what was said

CREATE TABLE posts (
    id BIGINT PRIMARY KEY,
    platform TEXT NOT NULL,
    native_id TEXT NOT NULL,
    author_id BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    text TEXT,
    lang TEXT,
    conversation_id BIGINT,
    reply_to_id BIGINT,
    quote_of_id BIGINT,
    repost_of_id BIGINT,
    question SMALLINT,
    answer SMALLINT,
    asks SMALLINT NOT NULL DEFAULT 0,
    edited_us BIGINT,
    awaits SMALLINT NOT NULL DEFAULT 0,
    wording BIGINT,
    copy_of_id BIGINT
);
-- awaits: 1 reply, 2 quote, 4 repost: the author of what it points at is not known yet.
-- wording: a keyed fingerprint of a member's words, for two days; copy_of_id: the post of theirs on
-- another platform that says the same, and counts instead of this one.
CREATE INDEX posts_awaiting_reply ON posts (reply_to_id) WHERE awaits > 0;
CREATE INDEX posts_awaiting_quote ON posts (quote_of_id) WHERE awaits > 0;
CREATE INDEX posts_awaiting_repost ON posts (repost_of_id) WHERE awaits > 0;
CREATE INDEX posts_at ON posts (at_us);
CREATE INDEX posts_wording ON posts (wording) WHERE wording IS NOT NULL;
CREATE INDEX posts_copy_of ON posts (copy_of_id) WHERE copy_of_id IS NOT NULL;
CREATE INDEX posts_texts ON posts (at_us) WHERE text IS NOT NULL;
CREATE INDEX posts_author ON posts (author_id);
CREATE INDEX posts_reply_to ON posts (reply_to_id) WHERE reply_to_id IS NOT NULL;

CREATE TABLE deleted_posts (
    id BIGINT PRIMARY KEY,
    at_us BIGINT NOT NULL
);

CREATE TABLE engagements (
    post_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    source_id BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (post_id, target_id, kind)
);
CREATE INDEX engagements_at ON engagements (at_us);

CREATE TABLE hashtags (
    id BIGINT PRIMARY KEY,
    normal TEXT NOT NULL,
    shown TEXT NOT NULL
);

CREATE TABLE post_hashtags (
    hashtag_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    PRIMARY KEY (hashtag_id, post_id)
);
CREATE INDEX post_hashtags_post ON post_hashtags (post_id);

CREATE TABLE post_links (
    post_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (post_id, url)
);

-- ---- when people meet

CREATE TABLE chats (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    host_id BIGINT NOT NULL,
    zone TEXT NOT NULL,
    rhythm TEXT NOT NULL,
    first_local TEXT NOT NULL,
    duration_us BIGINT NOT NULL,
    cancelled_us BIGINT,
    platforms TEXT NOT NULL DEFAULT ''
);
-- platforms: where it is held, names with blanks between; empty: wherever we follow.

CREATE TABLE conferences (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    host_id BIGINT NOT NULL,
    zone TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    cancelled_us BIGINT,
    platforms TEXT NOT NULL DEFAULT ''
);

CREATE TABLE gathering_hashtags (
    gathering_id BIGINT NOT NULL,
    hashtag_id BIGINT NOT NULL REFERENCES hashtags (id),
    position INTEGER NOT NULL,
    PRIMARY KEY (gathering_id, hashtag_id)
);

CREATE TABLE sessions (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    chat_id BIGINT REFERENCES chats (id) ON DELETE CASCADE,
    conference_id BIGINT REFERENCES conferences (id) ON DELETE CASCADE,
    starts_us BIGINT NOT NULL,
    ends_us BIGINT NOT NULL,
    state TEXT NOT NULL,
    thread_id BIGINT,
    follow_ups_day INTEGER NOT NULL DEFAULT 0,
    CHECK ((chat_id IS NULL) <> (conference_id IS NULL))
);
CREATE UNIQUE INDEX sessions_of_chat ON sessions (chat_id, starts_us) WHERE chat_id IS NOT NULL;
CREATE UNIQUE INDEX sessions_of_conference ON sessions (conference_id) WHERE conference_id IS NOT NULL;
CREATE INDEX sessions_window ON sessions (ends_us, starts_us);

CREATE TABLE session_posts (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    post_id BIGINT NOT NULL,
    PRIMARY KEY (session_id, post_id)
);
CREATE INDEX session_posts_post ON session_posts (post_id);

CREATE TABLE presences (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (session_id, person_id)
);
CREATE INDEX presences_person ON presences (person_id);

-- ---- who learns from whom

CREATE TABLE connections (
    id BIGINT PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    since_us BIGINT NOT NULL,
    origin TEXT NOT NULL,
    UNIQUE (owner_id, person_id)
);
CREATE INDEX connections_person ON connections (person_id);

CREATE TABLE suggestions (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    member_id BIGINT NOT NULL,
    about_id BIGINT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    cross_field SMALLINT,
    engine TEXT NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE INDEX suggestions_member ON suggestions (member_id, created_us);
CREATE INDEX suggestions_about ON suggestions (about_id);

CREATE TABLE suggestion_reasons (
    suggestion_id BIGINT NOT NULL REFERENCES suggestions (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    term TEXT NOT NULL,
    weight DOUBLE PRECISION NOT NULL,
    own_post BIGINT,
    other_post BIGINT,
    detail TEXT NOT NULL,
    PRIMARY KEY (suggestion_id, position)
);
CREATE INDEX suggestion_reasons_own ON suggestion_reasons (own_post) WHERE own_post IS NOT NULL;
CREATE INDEX suggestion_reasons_other ON suggestion_reasons (other_post) WHERE other_post IS NOT NULL;

CREATE TABLE introductions (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    suggestion_id BIGINT NOT NULL REFERENCES suggestions (id) ON DELETE CASCADE,
    a_id BIGINT NOT NULL,
    b_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    line TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    changed_us BIGINT NOT NULL,
    thread_id BIGINT
);
CREATE INDEX introductions_a ON introductions (a_id);
CREATE INDEX introductions_b ON introductions (b_id);
CREATE INDEX introductions_state ON introductions (state, changed_us);

-- [Something's wrong]: for the organisers of the community only.
CREATE TABLE reports (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    about TEXT NOT NULL, -- introduction, help, circle: where it was pressed
    subject BIGINT NOT NULL,
    by_id BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    UNIQUE (about, subject, by_id)
);
CREATE INDEX reports_community ON reports (community_id);
CREATE INDEX reports_by ON reports (by_id);

CREATE TABLE follow_ups (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    member_id BIGINT NOT NULL,
    about_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    own_post BIGINT,
    other_post BIGINT,
    rank INTEGER NOT NULL,
    UNIQUE (session_id, member_id, about_id, kind)
);
CREATE INDEX follow_ups_member ON follow_ups (member_id);
CREATE INDEX follow_ups_about ON follow_ups (about_id);

CREATE TABLE prompts (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    recipient_id BIGINT,
    channel_id BIGINT,
    due_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL,
    unasked SMALLINT NOT NULL,
    state TEXT NOT NULL,
    claimed_us BIGINT,
    sent_us BIGINT,
    message_id BIGINT,
    sent_channel_id BIGINT,
    answer TEXT NOT NULL DEFAULT '',
    answered_us BIGINT
);
CREATE INDEX prompts_due ON prompts (state, due_us);
CREATE INDEX prompts_recipient ON prompts (recipient_id, sent_us);
-- One thing is said once to one recipient: planning it again changes nothing.
CREATE UNIQUE INDEX prompts_once ON prompts (community_id, kind, subject, coalesce(recipient_id, 0));
