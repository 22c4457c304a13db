-- Whose coming and going a user wants to hear of, and until when.
CREATE TABLE presence_watches (
    user_id BIGINT NOT NULL,
    watched_id BIGINT NOT NULL,
    since BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, watched_id)
);
