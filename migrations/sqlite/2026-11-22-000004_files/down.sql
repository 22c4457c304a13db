DROP TABLE file_usages;
DROP TABLE files;
