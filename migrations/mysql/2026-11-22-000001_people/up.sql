-- Accounts own users; roles say what users may do; follows and blocks stand between them.

CREATE TABLE accounts (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    aid VARCHAR(32) NOT NULL,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    UNIQUE KEY accounts_aid (aid)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE users (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    username VARCHAR(64) NOT NULL,
    nickname VARCHAR(64) NOT NULL,
    password VARCHAR(64),
    avatar_file_url VARCHAR(255),
    banner_file_url VARCHAR(255),
    gender SMALLINT NOT NULL DEFAULT 1,
    birthday BIGINT,
    bio TEXT,
    location VARCHAR(128),
    verified_status SMALLINT NOT NULL DEFAULT 0,
    verified_desc VARCHAR(255),
    verified_at BIGINT,
    conversation_limit SMALLINT NOT NULL DEFAULT 1,
    comment_limit SMALLINT NOT NULL DEFAULT 1,
    timezone VARCHAR(16),
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
    deleted_at BIGINT,
    UNIQUE KEY users_uid (uid),
    UNIQUE KEY users_username (username),
    KEY users_account (account_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE roles (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(128) NOT NULL,
    type SMALLINT NOT NULL DEFAULT 3,
    icon_file_url VARCHAR(255),
    is_display_name BOOLEAN NOT NULL DEFAULT 0,
    is_display_icon BOOLEAN NOT NULL DEFAULT 0,
    nickname_color VARCHAR(7),
    permissions TEXT NOT NULL,
    rank_state SMALLINT NOT NULL DEFAULT 1,
    rating SMALLINT NOT NULL DEFAULT 9,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE user_roles (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    role_id BIGINT NOT NULL,
    is_main BOOLEAN NOT NULL DEFAULT 0,
    expired_at BIGINT,
    restore_role_id BIGINT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    KEY user_roles_user (user_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE user_follows (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    follow_type SMALLINT NOT NULL DEFAULT 1,
    follow_id BIGINT NOT NULL,
    user_note VARCHAR(128),
    is_mutual BOOLEAN NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    UNIQUE KEY user_follows_pair (user_id, follow_type, follow_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE user_blocks (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    block_type SMALLINT NOT NULL DEFAULT 1,
    block_id BIGINT NOT NULL,
    user_note VARCHAR(128),
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    UNIQUE KEY user_blocks_pair (user_id, block_type, block_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
