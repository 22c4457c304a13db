-- Results of sends that carried a key, so that a repeat gets the first answer. `result` is JSON: for each message its
-- id, recipient, place (conversation and seq) or null, and sent time.

CREATE TABLE idempotency_keys (
    app_key_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    key_hash VARBINARY(32) NOT NULL,
    fingerprint VARBINARY(32) NOT NULL,
    result MEDIUMTEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (app_key_id, user_id, key_hash),
    KEY idempotency_keys_expires_at (expires_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
