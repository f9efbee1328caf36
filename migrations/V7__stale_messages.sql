-- Messages of ours that link a post which is gone: to be edited, or deleted.
CREATE TABLE stale_messages (
    prompt_id BIGINT PRIMARY KEY REFERENCES prompts (id) ON DELETE CASCADE
);
CREATE INDEX prompts_subject ON prompts (subject, kind);
