DROP TABLE cache_epochs;
DROP TABLE block_words;
DROP TABLE configs;
