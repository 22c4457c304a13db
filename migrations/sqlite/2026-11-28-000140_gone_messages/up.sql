-- Conversations that have lost messages because these were too old: those up to this seq are gone, and those behind it are dense. A
-- conversation that still has all its messages has no row.
CREATE TABLE gone_messages (
    conversation_id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL
);
