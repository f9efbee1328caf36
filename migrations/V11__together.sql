-- A member introduces two of their own connections: who, and their line to both.
ALTER TABLE introductions ADD COLUMN by_id BIGINT;
ALTER TABLE introductions ADD COLUMN by_line TEXT NOT NULL DEFAULT '';
CREATE INDEX introductions_by ON introductions (by_id) WHERE by_id IS NOT NULL;

-- How often somebody proposed that two of their network meet, whatever came of it.
CREATE TABLE proposals (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    by_id BIGINT NOT NULL,
    at_us BIGINT NOT NULL
);
CREATE INDEX proposals_by ON proposals (by_id, at_us);

-- /ask: what somebody asks the community, and who was asked, said yes, and was thanked.
CREATE TABLE asks (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    asker_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    field TEXT NOT NULL,
    question TEXT NOT NULL,
    state TEXT NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE INDEX asks_asker ON asks (asker_id);
CREATE INDEX asks_state ON asks (state, created_us);

CREATE TABLE ask_helpers (
    id BIGINT PRIMARY KEY,
    ask_id BIGINT NOT NULL REFERENCES asks (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL,
    asked_us BIGINT NOT NULL,
    accepted_us BIGINT,
    thread_id BIGINT,
    thanked_us BIGINT,
    UNIQUE (ask_id, person_id)
);
CREATE INDEX ask_helpers_person ON ask_helpers (person_id, asked_us);

-- Two people somebody has not talked with for a while, each with something they said lately.
CREATE TABLE reconnections (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    owner_id BIGINT NOT NULL,
    near_id BIGINT REFERENCES connections (id) ON DELETE SET NULL,
    near_post BIGINT,
    far_id BIGINT REFERENCES connections (id) ON DELETE SET NULL,
    far_post BIGINT,
    at_us BIGINT NOT NULL
);
CREATE INDEX reconnections_owner ON reconnections (owner_id, at_us);
CREATE INDEX reconnections_near ON reconnections (near_id) WHERE near_id IS NOT NULL;
CREATE INDEX reconnections_far ON reconnections (far_id) WHERE far_id IS NOT NULL;
CREATE INDEX reconnections_near_post ON reconnections (near_post) WHERE near_post IS NOT NULL;
CREATE INDEX reconnections_far_post ON reconnections (far_post) WHERE far_post IS NOT NULL;

-- Whether what somebody wanted to try was tried: 'yes', 'no', or nothing said yet.
ALTER TABLE learnings ADD COLUMN tried TEXT NOT NULL DEFAULT '';

-- What is left of exchanges past their time: how often one account turned to another in a year.
CREATE TABLE yearly_ties (
    source_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    year INTEGER NOT NULL,
    engagements BIGINT NOT NULL,
    PRIMARY KEY (source_id, target_id, year)
);
CREATE INDEX yearly_ties_target ON yearly_ties (target_id);
