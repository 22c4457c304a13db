-- The hours whose logs back ends have deleted, for as long as the others can be had. The messages stay.

CREATE TABLE deleted_message_logs (
    starts_at BIGINT NOT NULL PRIMARY KEY,
    deleted_at BIGINT NOT NULL
);
