-- How a suggestion came to be chosen: what makes it possible to learn from answers honestly.
-- features: what spoke for each side's yes, as JSON; propensity: how likely it was to be chosen;
-- planned, plain: whether the best plan had it, and the plan that nothing learned would have made.
CREATE TABLE offers (
    suggestion_id BIGINT PRIMARY KEY REFERENCES suggestions (id) ON DELETE CASCADE,
    chance_a DOUBLE PRECISION NOT NULL,
    chance_b DOUBLE PRECISION NOT NULL,
    propensity DOUBLE PRECISION NOT NULL,
    planned SMALLINT NOT NULL,
    plain SMALLINT NOT NULL,
    features TEXT NOT NULL
);
CREATE INDEX introductions_created ON introductions (created_us);
