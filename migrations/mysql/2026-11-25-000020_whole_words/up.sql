-- Words that count only where they stand alone.

ALTER TABLE block_words ADD COLUMN is_whole BOOLEAN NOT NULL DEFAULT FALSE;
