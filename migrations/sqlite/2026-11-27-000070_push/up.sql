-- Devices that can be woken. A device is of the session or token it was registered with, and goes with that.
CREATE TABLE push_devices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    platform TEXT NOT NULL,
    token TEXT NOT NULL,
    -- SHA-256 of platform and token: a token is one device's, and whose it is now is who has registered it last.
    token_hash BLOB NOT NULL,
    public_key BLOB,
    auth_secret BLOB,
    app TEXT NOT NULL,
    language TEXT NOT NULL,
    hides_text BOOLEAN NOT NULL,
    proof_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX push_devices_token ON push_devices (token_hash);
CREATE INDEX push_devices_user ON push_devices (user_id);

-- Up to where of the log some device of a user has everything.
CREATE TABLE push_acks (
    user_id BIGINT NOT NULL PRIMARY KEY,
    pos BIGINT NOT NULL
);

-- How far those are who wake devices: one row, held by one process at a time.
CREATE TABLE push_progress (
    id BIGINT NOT NULL PRIMARY KEY,
    cursor_pos BIGINT NOT NULL DEFAULT 0,
    leased_by TEXT,
    leased_until BIGINT NOT NULL DEFAULT 0
);
INSERT INTO push_progress (id) VALUES (1);
