-- Devices that can be woken. A device is of the session or token it was registered with, and goes with that.
CREATE TABLE push_devices (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    platform VARCHAR(16) NOT NULL,
    token VARCHAR(1024) NOT NULL,
    -- SHA-256 of platform and token: a token is one device's, and whose it is now is who has registered it last.
    token_hash VARBINARY(32) NOT NULL,
    public_key VARBINARY(65),
    auth_secret VARBINARY(16),
    app VARCHAR(128) NOT NULL,
    language VARCHAR(35) NOT NULL,
    hides_text BOOLEAN NOT NULL,
    proof_hash VARBINARY(32) NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    UNIQUE KEY push_devices_token (token_hash),
    KEY push_devices_user (user_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Up to where of the log some device of a user has everything.
CREATE TABLE push_acks (
    user_id BIGINT NOT NULL PRIMARY KEY,
    pos BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- How far those are who wake devices: one row, held by one process at a time.
CREATE TABLE push_progress (
    id BIGINT NOT NULL PRIMARY KEY,
    cursor_pos BIGINT NOT NULL DEFAULT 0,
    leased_by VARCHAR(64),
    leased_until BIGINT NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO push_progress (id) VALUES (1);
