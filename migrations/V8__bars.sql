-- Who is kept out of one community by its organisers: a keyed hash, so that erasing is no way back.
CREATE TABLE bars (
    community_id BIGINT NOT NULL REFERENCES communities (id) ON DELETE CASCADE,
    person_hash TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    PRIMARY KEY (community_id, person_hash)
);
