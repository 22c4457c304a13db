ALTER TABLE conversation_messages DROP COLUMN recall_marks;
