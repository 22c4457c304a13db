-- What messages said before a back end changed them, for audit.

CREATE TABLE message_revisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id BIGINT NOT NULL,
    message_text TEXT,
    content TEXT,
    replaced_at BIGINT NOT NULL
);
CREATE INDEX message_revisions_message ON message_revisions (message_id);
