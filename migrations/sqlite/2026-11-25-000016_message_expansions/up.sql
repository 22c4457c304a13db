-- Keys and values that back ends have set for a message since it was sent. Those it was sent with stay in its delivery;
-- a row without a value says that one of them is gone.

CREATE TABLE message_expansions (
    message_id BIGINT NOT NULL,
    item_key VARCHAR(32) NOT NULL,
    item_value TEXT,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (message_id, item_key)
);
