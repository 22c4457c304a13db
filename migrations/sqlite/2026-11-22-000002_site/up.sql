-- Settings, block words, and the counters by which processes learn that something has changed.

CREATE TABLE configs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item_key TEXT NOT NULL,
    item_value TEXT,
    item_type TEXT NOT NULL DEFAULT 'string',
    is_api BOOLEAN NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX configs_item_key ON configs (item_key);

CREATE TABLE block_words (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    word TEXT NOT NULL,
    content_mode SMALLINT NOT NULL DEFAULT 1,
    user_mode SMALLINT NOT NULL DEFAULT 1,
    conversation_mode SMALLINT NOT NULL DEFAULT 1,
    replace_word TEXT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX block_words_word ON block_words (word);

CREATE TABLE cache_epochs (
    topic TEXT NOT NULL,
    epoch BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (topic)
);
