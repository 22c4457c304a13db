-- What back ends keep for their users: restrictions, lists of those who may write, tokens for devices, and how devices
-- are to be woken.

CREATE TABLE user_restrictions (
    user_id BIGINT NOT NULL PRIMARY KEY,
    banned_until BIGINT,
    muted_at BIGINT,
    deactivated_at BIGINT,
    updated_at BIGINT NOT NULL,
    KEY user_restrictions_banned (banned_until, user_id),
    KEY user_restrictions_muted (muted_at, user_id),
    KEY user_restrictions_deactivated (deactivated_at, user_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE user_whitelists (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    listed_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE KEY user_whitelists_pair (user_id, listed_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE device_tokens (
    token_hash VARBINARY(32) NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    KEY device_tokens_user (user_id, created_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE push_periods (
    user_id BIGINT NOT NULL PRIMARY KEY,
    start_second INT NOT NULL,
    minutes INT NOT NULL,
    level SMALLINT NOT NULL,
    updated_at BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE user_remarks (
    user_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    remark VARCHAR(256) NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, target_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Without a target (0) it is about all conversations of the user that have no level of their own.
CREATE TABLE notification_levels (
    user_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    level SMALLINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, target_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- A back end's portraits may be longer than addresses of our own.
ALTER TABLE users MODIFY COLUMN avatar_file_url VARCHAR(1024);
