-- Files whose bytes this service keeps: who keeps them, their thumbnails, uploads nobody has sent, and the key that
-- signs links to them.

ALTER TABLE files
    ADD COLUMN keeping SMALLINT NOT NULL DEFAULT 0,
    ADD COLUMN thumbnail_extension VARCHAR(32),
    ADD KEY files_deleted_at (deleted_at);
ALTER TABLE file_usages ADD KEY file_usages_unsent (table_id, created_at);

CREATE TABLE site_secrets (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    value VARCHAR(255) NOT NULL,
    created_at BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
