-- Uploaded files and what each was uploaded for.

CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fid TEXT NOT NULL,
    type SMALLINT NOT NULL DEFAULT 1,
    name TEXT NOT NULL,
    mime TEXT,
    extension TEXT NOT NULL,
    size BIGINT,
    md5 TEXT,
    sha TEXT,
    sha_type TEXT,
    path TEXT NOT NULL,
    image_width BIGINT,
    image_height BIGINT,
    audio_time BIGINT,
    video_time BIGINT,
    video_cover_path TEXT,
    video_gif_path TEXT,
    more_json TEXT,
    transcoding_state SMALLINT NOT NULL DEFAULT 1,
    is_sensitive BOOLEAN NOT NULL DEFAULT 0,
    is_enable BOOLEAN NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX files_fid ON files (fid);

CREATE TABLE file_usages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id BIGINT NOT NULL,
    file_type SMALLINT NOT NULL DEFAULT 1,
    usage_type SMALLINT NOT NULL DEFAULT 1,
    platform_id SMALLINT NOT NULL,
    table_name TEXT NOT NULL,
    table_column TEXT NOT NULL,
    table_id BIGINT,
    table_key TEXT,
    account_id BIGINT,
    user_id BIGINT,
    created_at BIGINT NOT NULL DEFAULT 0,
    updated_at BIGINT,
    deleted_at BIGINT
);
CREATE INDEX file_usages_file ON file_usages (file_id);
