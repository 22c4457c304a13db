-- What users sort their conversations by, and which conversations stand under it: named by their other side.
CREATE TABLE conversation_tags (
    user_id BIGINT NOT NULL,
    tag_id VARCHAR(20) NOT NULL,
    name VARCHAR(15) NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, tag_id)
);

CREATE TABLE tagged_conversations (
    user_id BIGINT NOT NULL,
    tag_id VARCHAR(20) NOT NULL,
    target_id BIGINT NOT NULL,
    tagged_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, tag_id, target_id)
);

CREATE INDEX tagged_conversations_target ON tagged_conversations (user_id, target_id);
