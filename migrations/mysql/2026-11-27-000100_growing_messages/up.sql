-- Messages whose writers hand over piece after piece: the number of the last one, and what came since both sides were told.
CREATE TABLE growing_messages (
    message_id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    untold MEDIUMTEXT NOT NULL,
    grown_at BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    tell_at BIGINT,
    INDEX growing_messages_tell (tell_at),
    INDEX growing_messages_grown (grown_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
