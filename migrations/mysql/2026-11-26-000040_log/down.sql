DROP TABLE log_changes;
ALTER TABLE transient_messages
    DROP KEY transient_messages_sender,
    DROP KEY transient_messages_recipient,
    ADD KEY transient_messages_receiver (receive_user_id, id),
    DROP KEY transient_messages_pos,
    DROP COLUMN pos;
ALTER TABLE conversation_messages DROP KEY conversation_messages_pos, DROP COLUMN pos;
DROP TABLE log_heads;
