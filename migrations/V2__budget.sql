-- What platforms that bill were asked for, and what that costs. Money is in millionths of a US dollar.

-- A UTC day: what was read for certain, and what it costs at most.
CREATE TABLE budget_days (
    source TEXT NOT NULL,
    day INTEGER NOT NULL,
    posts BIGINT NOT NULL,
    users BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    spent_microusd BIGINT NOT NULL,
    at_most_microusd BIGINT NOT NULL,
    reported_posts BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (source, day)
);

-- The worst that a request may cost, kept from before it is sent until its answer was counted. One
-- that a crash left behind stays.
CREATE TABLE budget_reservations (
    id BIGINT PRIMARY KEY,
    source TEXT NOT NULL,
    made_us BIGINT NOT NULL,
    microusd BIGINT NOT NULL
);

-- What was read on a day, so that it counts once: keyed fingerprints, for two days.
CREATE TABLE budget_reads (
    fingerprint BIGINT PRIMARY KEY,
    day INTEGER NOT NULL
);
CREATE INDEX budget_reads_day ON budget_reads (day);

-- Which parts of a month's budget are used up; said: whether the owner has heard of it in Discord.
CREATE TABLE budget_notices (
    source TEXT NOT NULL,
    month INTEGER NOT NULL,
    percent INTEGER NOT NULL,
    told_us BIGINT NOT NULL,
    said SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (source, month, percent)
);
