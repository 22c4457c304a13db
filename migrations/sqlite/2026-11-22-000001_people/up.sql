-- Accounts own users; roles say what users may do; follows and blocks stand between them.

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    aid TEXT NOT NULL,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX accounts_aid ON accounts (aid);

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    username TEXT NOT NULL,
    nickname TEXT NOT NULL,
    password TEXT,
    avatar_file_url TEXT,
    banner_file_url TEXT,
    gender SMALLINT NOT NULL DEFAULT 1,
    birthday BIGINT,
    bio TEXT,
    location TEXT,
    verified_status SMALLINT NOT NULL DEFAULT 0,
    verified_desc TEXT,
    verified_at BIGINT,
    conversation_limit SMALLINT NOT NULL DEFAULT 1,
    comment_limit SMALLINT NOT NULL DEFAULT 1,
    timezone TEXT,
    expired_at BIGINT,
    last_post_at BIGINT,
    last_comment_at BIGINT,
    last_username_at BIGINT,
    last_nickname_at BIGINT,
    rank_state SMALLINT NOT NULL DEFAULT 1,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    wait_delete BOOLEAN NOT NULL DEFAULT 0,
    wait_delete_at BIGINT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX users_uid ON users (uid);
CREATE UNIQUE INDEX users_username ON users (username);
CREATE INDEX users_account ON users (account_id);

CREATE TABLE roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    type SMALLINT NOT NULL DEFAULT 3,
    icon_file_url TEXT,
    is_display_name BOOLEAN NOT NULL DEFAULT 0,
    is_display_icon BOOLEAN NOT NULL DEFAULT 0,
    nickname_color TEXT,
    permissions TEXT NOT NULL,
    rank_state SMALLINT NOT NULL DEFAULT 1,
    rating SMALLINT NOT NULL DEFAULT 9,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);

CREATE TABLE user_roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    role_id BIGINT NOT NULL,
    is_main BOOLEAN NOT NULL DEFAULT 0,
    expired_at BIGINT,
    restore_role_id BIGINT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE INDEX user_roles_user ON user_roles (user_id);

CREATE TABLE user_follows (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    follow_type SMALLINT NOT NULL DEFAULT 1,
    follow_id BIGINT NOT NULL,
    user_note TEXT,
    is_mutual BOOLEAN NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX user_follows_pair ON user_follows (user_id, follow_type, follow_id);

CREATE TABLE user_blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id BIGINT NOT NULL,
    block_type SMALLINT NOT NULL DEFAULT 1,
    block_id BIGINT NOT NULL,
    user_note TEXT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX user_blocks_pair ON user_blocks (user_id, block_type, block_id);
