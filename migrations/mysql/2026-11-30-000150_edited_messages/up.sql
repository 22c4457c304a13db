-- When a message last came to say something else: histories mark it. Revisions tell it too, but may be gone before the message is.
ALTER TABLE conversation_messages ADD COLUMN edited_at BIGINT;
UPDATE conversation_messages AS m
JOIN (SELECT message_id, MAX(replaced_at) AS replaced_at FROM message_revisions GROUP BY message_id) AS r ON r.message_id = m.id
SET m.edited_at = r.replaced_at;
