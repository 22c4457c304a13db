DROP TABLE site_secrets;
ALTER TABLE file_usages DROP KEY file_usages_unsent;
ALTER TABLE files
    DROP KEY files_deleted_at,
    DROP COLUMN thumbnail_extension,
    DROP COLUMN keeping;
