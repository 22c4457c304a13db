ALTER TABLE block_words DROP COLUMN is_whole;
