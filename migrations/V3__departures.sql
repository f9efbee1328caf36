-- Accounts that their platform says are gone: what they did up to then is not kept.
CREATE TABLE departures (
    id BIGINT PRIMARY KEY,
    at_us BIGINT NOT NULL
);
