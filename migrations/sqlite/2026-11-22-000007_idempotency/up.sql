-- Results of sends that carried a key, so that a repeat gets the first answer. `result` is JSON: for each message its
-- id, recipient, place (conversation and seq) or null, and sent time.

CREATE TABLE idempotency_keys (
    app_key_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    key_hash BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    result TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (app_key_id, user_id, key_hash)
);
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
