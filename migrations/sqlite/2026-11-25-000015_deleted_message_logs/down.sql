DROP TABLE deleted_message_logs;
