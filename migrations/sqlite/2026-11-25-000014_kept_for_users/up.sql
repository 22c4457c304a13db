-- What back ends keep for their users: restrictions, lists of those who may write, tokens for devices, and how devices
-- are to be woken.

CREATE TABLE user_restrictions (
    user_id BIGINT NOT NULL PRIMARY KEY,
    banned_until BIGINT,
    muted_at BIGINT,
    deactivated_at BIGINT,
    updated_at BIGINT NOT NULL
);
CREATE INDEX user_restrictions_banned ON user_restrictions (banned_until, user_id);
CREATE INDEX user_restrictions_muted ON user_restrictions (muted_at, user_id);
CREATE INDEX user_restrictions_deactivated ON user_restrictions (deactivated_at, user_id);

CREATE TABLE user_whitelists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    listed_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX user_whitelists_pair ON user_whitelists (user_id, listed_id);

CREATE TABLE device_tokens (
    token_hash BLOB NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX device_tokens_user ON device_tokens (user_id, created_at);

CREATE TABLE push_periods (
    user_id BIGINT NOT NULL PRIMARY KEY,
    start_second INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    level SMALLINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE user_remarks (
    user_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    remark TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, target_id)
);

-- Without a target (0) it is about all conversations of the user that have no level of their own.
CREATE TABLE notification_levels (
    user_id BIGINT NOT NULL,
    target_id BIGINT NOT NULL,
    level SMALLINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, target_id)
);

-- Nothing is kept in memory of a user that does not exist, so a new one changes nothing.
DROP TRIGGER users_insert_epoch;

CREATE TRIGGER user_restrictions_insert_epoch AFTER INSERT ON user_restrictions BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'users';
END;
CREATE TRIGGER user_restrictions_update_epoch AFTER UPDATE ON user_restrictions BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'users';
END;
CREATE TRIGGER user_restrictions_delete_epoch AFTER DELETE ON user_restrictions BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'users';
END;
CREATE TRIGGER user_whitelists_insert_epoch AFTER INSERT ON user_whitelists BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'relations';
END;
CREATE TRIGGER user_whitelists_update_epoch AFTER UPDATE ON user_whitelists BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'relations';
END;
CREATE TRIGGER user_whitelists_delete_epoch AFTER DELETE ON user_whitelists BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'relations';
END;
