-- When a message last came to say something else: histories mark it. Revisions tell it too, but may be gone before the message is.
ALTER TABLE conversation_messages ADD COLUMN edited_at BIGINT;
UPDATE conversation_messages
SET edited_at = (SELECT MAX(r.replaced_at) FROM message_revisions AS r WHERE r.message_id = conversation_messages.id)
WHERE id IN (SELECT message_id FROM message_revisions);
