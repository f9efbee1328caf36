-- A member's own words about their network, and what they learned from whom.

ALTER TABLE connections ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN account_id BIGINT;
ALTER TABLE connections ADD COLUMN post_id BIGINT;
ALTER TABLE connections ADD COLUMN learns SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN field TEXT NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN cadence_days INTEGER;
ALTER TABLE connections ADD COLUMN contact_us BIGINT;
ALTER TABLE connections ADD COLUMN thanked_us BIGINT;
CREATE INDEX connections_account ON connections (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX connections_post ON connections (post_id) WHERE post_id IS NOT NULL;

-- Whether who said "never" knew the other by name: their data may show it to them then.
ALTER TABLE blocks ADD COLUMN by_name SMALLINT NOT NULL DEFAULT 0;

CREATE TABLE learnings (
    id BIGINT PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    connection_id BIGINT REFERENCES connections (id) ON DELETE SET NULL,
    learned TEXT NOT NULL,
    connects_to TEXT NOT NULL,
    will_try TEXT NOT NULL,
    link TEXT NOT NULL,
    at_us BIGINT NOT NULL
);
CREATE INDEX learnings_owner ON learnings (owner_id, at_us);
CREATE INDEX learnings_connection ON learnings (connection_id) WHERE connection_id IS NOT NULL;
