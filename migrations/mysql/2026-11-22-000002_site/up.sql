-- Settings, block words, and the counters by which processes learn that something has changed.

CREATE TABLE configs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    item_key VARCHAR(64) NOT NULL,
    item_value TEXT,
    item_type VARCHAR(16) NOT NULL DEFAULT 'string',
    is_api BOOLEAN NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    UNIQUE KEY configs_item_key (item_key)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE block_words (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    word VARCHAR(32) NOT NULL,
    content_mode SMALLINT NOT NULL DEFAULT 1,
    user_mode SMALLINT NOT NULL DEFAULT 1,
    conversation_mode SMALLINT NOT NULL DEFAULT 1,
    replace_word VARCHAR(64),
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    UNIQUE KEY block_words_word (word)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE cache_epochs (
    topic VARCHAR(32) NOT NULL,
    epoch BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (topic)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
