DROP TABLE site_secrets;
DROP INDEX file_usages_unsent;
DROP INDEX files_deleted_at;
ALTER TABLE files DROP COLUMN thumbnail_extension;
ALTER TABLE files DROP COLUMN keeping;
