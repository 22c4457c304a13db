DROP TABLE tagged_conversations;
DROP TABLE conversation_tags;
