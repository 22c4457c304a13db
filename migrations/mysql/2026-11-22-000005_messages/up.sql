-- One conversation a pair of users (the smaller number is side a), its messages, content that several messages
-- share, and messages that are not kept in a conversation but wait for delivery to devices.
-- *_status: 1 unread, 2 read. All times are milliseconds since 1970 UTC.

CREATE TABLE conversations (
    id BIGINT NOT NULL PRIMARY KEY,
    a_user_id BIGINT NOT NULL,
    b_user_id BIGINT NOT NULL,
    last_seq BIGINT NOT NULL DEFAULT 0,
    last_sent_at BIGINT NOT NULL DEFAULT 0,
    latest_message_id BIGINT,
    latest_message_time BIGINT,
    latest_message_brief VARCHAR(255),
    a_status SMALLINT NOT NULL DEFAULT 2,
    a_is_display BOOLEAN NOT NULL DEFAULT 0,
    a_is_pin BOOLEAN NOT NULL DEFAULT 0,
    a_read_seq BIGINT NOT NULL DEFAULT 0,
    a_cleared_seq BIGINT NOT NULL DEFAULT 0,
    a_unread BIGINT NOT NULL DEFAULT 0,
    a_message_count BIGINT NOT NULL DEFAULT 0,
    a_latest_message_id BIGINT,
    a_latest_message_time BIGINT,
    a_latest_message_brief VARCHAR(255),
    b_status SMALLINT NOT NULL DEFAULT 2,
    b_is_display BOOLEAN NOT NULL DEFAULT 0,
    b_is_pin BOOLEAN NOT NULL DEFAULT 0,
    b_read_seq BIGINT NOT NULL DEFAULT 0,
    b_cleared_seq BIGINT NOT NULL DEFAULT 0,
    b_unread BIGINT NOT NULL DEFAULT 0,
    b_message_count BIGINT NOT NULL DEFAULT 0,
    b_latest_message_id BIGINT,
    b_latest_message_time BIGINT,
    b_latest_message_brief VARCHAR(255),
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    UNIQUE KEY conversations_pair (a_user_id, b_user_id),
    KEY conversations_b (b_user_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE conversation_messages (
    id BIGINT NOT NULL PRIMARY KEY,
    conversation_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    send_user_id BIGINT NOT NULL,
    receive_user_id BIGINT NOT NULL,
    message_type SMALLINT NOT NULL DEFAULT 1,
    message_text TEXT,
    message_file_id BIGINT,
    object_name VARCHAR(32),
    content MEDIUMTEXT,
    content_id BIGINT,
    delivery MEDIUMTEXT,
    is_counted BOOLEAN NOT NULL DEFAULT 1,
    sender_visible BOOLEAN NOT NULL DEFAULT 1,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    send_deleted_at BIGINT,
    receive_deleted_at BIGINT,
    receive_read_at BIGINT,
    recalled_at BIGINT,
    UNIQUE KEY conversation_messages_seq (conversation_id, seq)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE message_contents (
    id BIGINT NOT NULL PRIMARY KEY,
    is_transient BOOLEAN NOT NULL DEFAULT 0,
    message_text TEXT,
    content MEDIUMTEXT,
    delivery MEDIUMTEXT
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE transient_messages (
    id BIGINT NOT NULL PRIMARY KEY,
    send_user_id BIGINT NOT NULL,
    receive_user_id BIGINT NOT NULL,
    message_type SMALLINT NOT NULL DEFAULT 1,
    message_text TEXT,
    message_file_id BIGINT,
    object_name VARCHAR(32),
    content MEDIUMTEXT,
    content_id BIGINT,
    delivery MEDIUMTEXT,
    is_counted BOOLEAN NOT NULL DEFAULT 1,
    sender_visible BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    KEY transient_messages_receiver (receive_user_id, id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
