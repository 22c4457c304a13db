-- Uploaded files and what each was uploaded for.

CREATE TABLE files (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    fid VARCHAR(32) NOT NULL,
    type SMALLINT NOT NULL DEFAULT 1,
    name VARCHAR(128) NOT NULL,
    mime VARCHAR(128),
    extension VARCHAR(32) NOT NULL,
    size BIGINT,
    md5 VARCHAR(128),
    sha VARCHAR(128),
    sha_type VARCHAR(16),
    path VARCHAR(255) NOT NULL,
    image_width BIGINT,
    image_height BIGINT,
    audio_time BIGINT,
    video_time BIGINT,
    video_cover_path VARCHAR(255),
    video_gif_path VARCHAR(255),
    more_json TEXT,
    transcoding_state SMALLINT NOT NULL DEFAULT 1,
    is_sensitive BOOLEAN NOT NULL DEFAULT 0,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    UNIQUE KEY files_fid (fid)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE file_usages (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    file_id BIGINT NOT NULL,
    file_type SMALLINT NOT NULL DEFAULT 1,
    usage_type SMALLINT NOT NULL DEFAULT 1,
    platform_id SMALLINT NOT NULL,
    table_name VARCHAR(64) NOT NULL,
    table_column VARCHAR(64) NOT NULL,
    table_id BIGINT,
    table_key VARCHAR(64),
    account_id BIGINT,
    user_id BIGINT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT,
    KEY file_usages_file (file_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
