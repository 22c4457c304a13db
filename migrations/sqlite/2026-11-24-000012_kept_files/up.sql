-- Files whose bytes this service keeps: who keeps them, their thumbnails, uploads nobody has sent, and the key that
-- signs links to them.

ALTER TABLE files ADD COLUMN keeping SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN thumbnail_extension TEXT;
CREATE INDEX files_deleted_at ON files (deleted_at);
CREATE INDEX file_usages_unsent ON file_usages (table_id, created_at);

CREATE TABLE site_secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
