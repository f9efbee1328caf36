-- A circle: a few who keep meeting, with a thread of their own and a turn each to bring a question.
CREATE TABLE circles (
    id BIGINT PRIMARY KEY,
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    gathering TEXT NOT NULL,
    state TEXT NOT NULL,
    every_days INTEGER NOT NULL,
    thread_id BIGINT,
    created_us BIGINT NOT NULL,
    next_us BIGINT
);
CREATE INDEX circles_community ON circles (community_id);
CREATE INDEX circles_next ON circles (next_us) WHERE next_us IS NOT NULL;

-- Who was asked about which circle, what they said, and whether they left it.
CREATE TABLE circle_members (
    circle_id BIGINT NOT NULL REFERENCES circles (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL,
    answer TEXT NOT NULL,
    left_us BIGINT,
    PRIMARY KEY (circle_id, person_id)
);
CREATE INDEX circle_members_person ON circle_members (person_id);

CREATE TABLE circle_turns (
    id BIGINT PRIMARY KEY,
    circle_id BIGINT NOT NULL REFERENCES circles (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL,
    at_us BIGINT NOT NULL
);
CREATE INDEX circle_turns_circle ON circle_turns (circle_id, at_us);
CREATE INDEX circle_turns_person ON circle_turns (person_id);
