-- What users sort their conversations by, and which conversations stand under it: named by their other side.
CREATE TABLE conversation_tags (
    user_id BIGINT NOT NULL,
    tag_id VARCHAR(20) NOT NULL,
    name VARCHAR(15) NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, tag_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE tagged_conversations (
    user_id BIGINT NOT NULL,
    tag_id VARCHAR(20) NOT NULL,
    target_id BIGINT NOT NULL,
    tagged_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, tag_id, target_id),
    INDEX tagged_conversations_target (user_id, target_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
