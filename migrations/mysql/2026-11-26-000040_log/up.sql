-- Every committed event has a position: microseconds since 1970 where the clock is ahead, else one more than the last, strictly
-- increasing in the order of commits. Messages carry theirs, so the table of messages is the log; other events are rows of their
-- own. Position 0 is "before the log". `previous` is where the head stood before its last move.

CREATE TABLE log_heads (
    shard SMALLINT NOT NULL PRIMARY KEY,
    epoch VARCHAR(16) NOT NULL,
    pos BIGINT NOT NULL,
    previous BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT IGNORE INTO log_heads (shard, epoch, pos, previous) VALUES (0, SUBSTRING(MD5(CONCAT(UUID(), RAND())), 1, 8), 0, 0);

ALTER TABLE conversation_messages
    ADD COLUMN pos BIGINT NOT NULL DEFAULT 0,
    ADD KEY conversation_messages_pos (pos, receive_user_id, send_user_id);
ALTER TABLE transient_messages
    ADD COLUMN pos BIGINT NOT NULL DEFAULT 0,
    ADD KEY transient_messages_pos (pos, receive_user_id, send_user_id),
    DROP KEY transient_messages_receiver,
    ADD KEY transient_messages_recipient (receive_user_id, pos),
    ADD KEY transient_messages_sender (send_user_id, pos);

-- user_id and peer_id are those who hear of it (peer_id 0: nobody else does), about_id is whom it is about, and value a number
-- that depends on the kind.
CREATE TABLE log_changes (
    pos BIGINT NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    user_id BIGINT NOT NULL,
    peer_id BIGINT NOT NULL DEFAULT 0,
    about_id BIGINT,
    conversation_id BIGINT,
    message_id BIGINT,
    value BIGINT,
    detail MEDIUMTEXT,
    KEY log_changes_user (user_id, pos),
    KEY log_changes_peer (peer_id, pos)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
