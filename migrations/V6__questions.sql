-- Numbered questions of a session and their cards; how a session is planned and by whom hosted; who
-- goes, who looked; what shared pages are called.

CREATE TABLE questions (
    id BIGINT PRIMARY KEY,
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    number SMALLINT NOT NULL,
    asked_us BIGINT NOT NULL,
    UNIQUE (session_id, number)
);
CREATE INDEX posts_questions ON posts (at_us) WHERE question IS NOT NULL;
CREATE INDEX posts_here ON posts (at_us) WHERE platform = 'discord';
CREATE INDEX prompts_expiry ON prompts (state, expires_us);
CREATE INDEX sessions_state ON sessions (state, starts_us);

-- What a message that is edited says now (a digest of its card), and when it was last looked at.
CREATE TABLE edits (
    prompt_id BIGINT PRIMARY KEY REFERENCES prompts (id) ON DELETE CASCADE,
    shown TEXT NOT NULL,
    tried_us BIGINT NOT NULL
);

-- questions: one a line. host_id: who hosts this session instead of the usual host.
CREATE TABLE plans (
    session_id BIGINT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    topic TEXT NOT NULL,
    questions TEXT NOT NULL,
    host_id BIGINT NOT NULL DEFAULT 0,
    changed_us BIGINT NOT NULL
);

-- Who asks questions beside the host: a person (handle empty), or an account by its handle
-- (person_id 0), seen or not seen yet.
CREATE TABLE cohosts (
    gathering_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    handle TEXT NOT NULL,
    PRIMARY KEY (gathering_id, person_id, handle)
);

-- [I could host]: a rota of those who offered.
CREATE TABLE rota (
    gathering_id BIGINT NOT NULL,
    discord_id BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (gathering_id, discord_id)
);

-- [I'm going] and [Remind me]: place is 'dm', 'thread' or '' (no word wanted).
CREATE TABLE goings (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    discord_id BIGINT NOT NULL,
    place TEXT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (session_id, discord_id)
);

-- [Catch me up]: until when somebody has looked.
CREATE TABLE looks (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL,
    at_us BIGINT NOT NULL,
    PRIMARY KEY (session_id, person_id)
);

-- A chat or conference that was moved or cancelled as a whole: when it was to be next, before.
CREATE TABLE gathering_changes (
    id BIGINT PRIMARY KEY,
    gathering_id BIGINT NOT NULL,
    was_us BIGINT NOT NULL
);
CREATE INDEX gathering_changes_gathering ON gathering_changes (gathering_id);

-- Who wants three people a day to notice during a conference, and the last day that was planned.
CREATE TABLE notices (
    session_id BIGINT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    discord_id BIGINT NOT NULL,
    planned_day TEXT NOT NULL,
    PRIMARY KEY (session_id, discord_id)
);

-- The programme of a conference, as its host gave it.
CREATE TABLE talks (
    id BIGINT PRIMARY KEY,
    conference_id BIGINT NOT NULL REFERENCES conferences (id) ON DELETE CASCADE,
    starts_us BIGINT NOT NULL,
    title TEXT NOT NULL,
    room TEXT NOT NULL,
    link TEXT NOT NULL
);
CREATE INDEX talks_conference ON talks (conference_id, starts_us);

-- What the page behind a shared address calls itself; empty: nothing that could be told.
CREATE TABLE link_titles (
    url TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    at_us BIGINT NOT NULL
);
