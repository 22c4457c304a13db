-- Every committed event has a position: microseconds since 1970 where the clock is ahead, else one more than the last, strictly
-- increasing in the order of commits. Messages carry theirs, so the table of messages is the log; other events are rows of their
-- own. Position 0 is "before the log". `previous` is where the head stood before its last move.

CREATE TABLE log_heads (
    shard INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    pos BIGINT NOT NULL,
    previous BIGINT NOT NULL
);
INSERT INTO log_heads (shard, epoch, pos, previous) VALUES (0, lower(hex(randomblob(4))), 0, 0);

ALTER TABLE conversation_messages ADD COLUMN pos BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversation_messages_pos ON conversation_messages (pos, receive_user_id, send_user_id);
ALTER TABLE transient_messages ADD COLUMN pos BIGINT NOT NULL DEFAULT 0;
CREATE INDEX transient_messages_pos ON transient_messages (pos, receive_user_id, send_user_id);
DROP INDEX transient_messages_receiver;
CREATE INDEX transient_messages_recipient ON transient_messages (receive_user_id, pos);
CREATE INDEX transient_messages_sender ON transient_messages (send_user_id, pos);

-- user_id and peer_id are those who hear of it (peer_id 0: nobody else does), about_id is whom it is about, and value a number
-- that depends on the kind.
CREATE TABLE log_changes (
    pos INTEGER PRIMARY KEY,
    kind SMALLINT NOT NULL,
    user_id BIGINT NOT NULL,
    peer_id BIGINT NOT NULL DEFAULT 0,
    about_id BIGINT,
    conversation_id BIGINT,
    message_id BIGINT,
    value BIGINT,
    detail TEXT
);
CREATE INDEX log_changes_user ON log_changes (user_id, pos);
CREATE INDEX log_changes_peer ON log_changes (peer_id, pos);
