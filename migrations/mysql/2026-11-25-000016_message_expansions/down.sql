DROP TABLE message_expansions;
