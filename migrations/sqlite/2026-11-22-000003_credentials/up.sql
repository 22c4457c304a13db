-- App keys of both dialects, sessions, nonces of strict keys, and the numbers of running processes.

CREATE TABLE session_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dialect TEXT NOT NULL,
    platform_id SMALLINT NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    type SMALLINT NOT NULL DEFAULT 1,
    app_id TEXT NOT NULL,
    app_secret TEXT NOT NULL,
    former_secret TEXT,
    former_until BIGINT,
    is_strict BOOLEAN NOT NULL DEFAULT 0,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX session_keys_app_id ON session_keys (app_id);

CREATE TABLE session_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform_id SMALLINT NOT NULL,
    account_id BIGINT NOT NULL,
    user_id BIGINT,
    token_hash BLOB NOT NULL,
    expired_at BIGINT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX session_tokens_token ON session_tokens (account_id, token_hash);
CREATE INDEX session_tokens_user ON session_tokens (user_id);

CREATE TABLE used_nonces (
    app_key_id BIGINT NOT NULL,
    nonce_hash BLOB NOT NULL,
    signed_at BIGINT NOT NULL,
    PRIMARY KEY (app_key_id, nonce_hash)
);
CREATE INDEX used_nonces_signed_at ON used_nonces (signed_at);

CREATE TABLE process_leases (
    number SMALLINT NOT NULL,
    token TEXT,
    ends_at BIGINT NOT NULL DEFAULT 0,
    high_water BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (number)
);
