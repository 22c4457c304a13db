DROP TABLE growing_messages;
