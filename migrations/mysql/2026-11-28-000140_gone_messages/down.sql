DROP TABLE gone_messages;
