DROP TABLE log_changes;
DROP INDEX transient_messages_sender;
DROP INDEX transient_messages_recipient;
CREATE INDEX transient_messages_receiver ON transient_messages (receive_user_id, id);
DROP INDEX transient_messages_pos;
ALTER TABLE transient_messages DROP COLUMN pos;
DROP INDEX conversation_messages_pos;
ALTER TABLE conversation_messages DROP COLUMN pos;
DROP TABLE log_heads;
