-- One conversation a pair of users (the smaller number is side a), its messages, content that several messages
-- share, and messages that are not kept in a conversation but wait for delivery to devices.
-- *_status: 1 unread, 2 read. All times are milliseconds since 1970 UTC.

CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    a_user_id BIGINT NOT NULL,
    b_user_id BIGINT NOT NULL,
    last_seq BIGINT NOT NULL DEFAULT 0,
    last_sent_at BIGINT NOT NULL DEFAULT 0,
    latest_message_id BIGINT,
    latest_message_time BIGINT,
    latest_message_brief TEXT,
    a_status SMALLINT NOT NULL DEFAULT 2,
    a_is_display BOOLEAN NOT NULL DEFAULT 0,
    a_is_pin BOOLEAN NOT NULL DEFAULT 0,
    a_read_seq BIGINT NOT NULL DEFAULT 0,
    a_cleared_seq BIGINT NOT NULL DEFAULT 0,
    a_unread BIGINT NOT NULL DEFAULT 0,
    a_message_count BIGINT NOT NULL DEFAULT 0,
    a_latest_message_id BIGINT,
    a_latest_message_time BIGINT,
    a_latest_message_brief TEXT,
    b_status SMALLINT NOT NULL DEFAULT 2,
    b_is_display BOOLEAN NOT NULL DEFAULT 0,
    b_is_pin BOOLEAN NOT NULL DEFAULT 0,
    b_read_seq BIGINT NOT NULL DEFAULT 0,
    b_cleared_seq BIGINT NOT NULL DEFAULT 0,
    b_unread BIGINT NOT NULL DEFAULT 0,
    b_message_count BIGINT NOT NULL DEFAULT 0,
    b_latest_message_id BIGINT,
    b_latest_message_time BIGINT,
    b_latest_message_brief TEXT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT
);
CREATE UNIQUE INDEX conversations_pair ON conversations (a_user_id, b_user_id);
CREATE INDEX conversations_b ON conversations (b_user_id);

CREATE TABLE conversation_messages (
    id INTEGER PRIMARY KEY,
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    send_user_id BIGINT NOT NULL,
    receive_user_id BIGINT NOT NULL,
    message_type SMALLINT NOT NULL DEFAULT 1,
    message_text TEXT,
    message_file_id BIGINT,
    object_name TEXT,
    content TEXT,
    content_id BIGINT,
    delivery TEXT,
    is_counted BOOLEAN NOT NULL DEFAULT 1,
    sender_visible BOOLEAN NOT NULL DEFAULT 1,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    send_deleted_at BIGINT,
    receive_deleted_at BIGINT,
    receive_read_at BIGINT,
    recalled_at BIGINT
);
CREATE UNIQUE INDEX conversation_messages_seq ON conversation_messages (conversation_id, seq);

CREATE TABLE message_contents (
    id INTEGER PRIMARY KEY,
    is_transient BOOLEAN NOT NULL DEFAULT 0,
    message_text TEXT,
    content TEXT,
    delivery TEXT
);

CREATE TABLE transient_messages (
    id INTEGER PRIMARY KEY,
    send_user_id BIGINT NOT NULL,
    receive_user_id BIGINT NOT NULL,
    message_type SMALLINT NOT NULL DEFAULT 1,
    message_text TEXT,
    message_file_id BIGINT,
    object_name TEXT,
    content TEXT,
    content_id BIGINT,
    delivery TEXT,
    is_counted BOOLEAN NOT NULL DEFAULT 1,
    sender_visible BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE INDEX transient_messages_receiver ON transient_messages (receive_user_id, id);
