-- What messages said before a back end changed them, for audit.

CREATE TABLE message_revisions (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    message_id BIGINT NOT NULL,
    message_text TEXT,
    content MEDIUMTEXT,
    replaced_at BIGINT NOT NULL,
    KEY message_revisions_message (message_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
