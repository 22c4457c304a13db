-- App keys of both dialects, sessions, nonces of strict keys, and the numbers of running processes.

CREATE TABLE session_keys (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    dialect VARCHAR(16) NOT NULL,
    platform_id SMALLINT NOT NULL DEFAULT 0,
    name VARCHAR(64) NOT NULL DEFAULT '',
    type SMALLINT NOT NULL DEFAULT 1,
    app_id VARCHAR(64) NOT NULL,
    app_secret VARCHAR(128) NOT NULL,
    former_secret VARCHAR(128),
    former_until BIGINT,
    is_strict BOOLEAN NOT NULL DEFAULT 0,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    UNIQUE KEY session_keys_app_id (app_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE session_tokens (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    platform_id SMALLINT NOT NULL,
    account_id BIGINT NOT NULL,
    user_id BIGINT,
    token_hash VARBINARY(32) NOT NULL,
    expired_at BIGINT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    UNIQUE KEY session_tokens_token (account_id, token_hash),
    KEY session_tokens_user (user_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE used_nonces (
    app_key_id BIGINT NOT NULL,
    nonce_hash VARBINARY(32) NOT NULL,
    signed_at BIGINT NOT NULL,
    PRIMARY KEY (app_key_id, nonce_hash),
    KEY used_nonces_signed_at (signed_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE process_leases (
    number SMALLINT NOT NULL,
    token VARCHAR(64),
    ends_at BIGINT NOT NULL DEFAULT 0,
    high_water BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (number)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
