DROP TABLE transient_messages;
DROP TABLE message_contents;
DROP TABLE conversation_messages;
DROP TABLE conversations;
