-- A user's list is found by the hour of the latest message, so that a send moves an entry of an index at most once an hour; inside
-- an hour it is sorted when it is read. What is unread is summed by the status. The pair is the primary key: an upsert meets it
-- first then, and has no row to take back.

ALTER TABLE conversations ADD COLUMN a_latest_hour BIGINT, ADD COLUMN b_latest_hour BIGINT;
UPDATE conversations SET a_latest_hour = a_latest_message_time DIV 3600000, b_latest_hour = b_latest_message_time DIV 3600000;
ALTER TABLE conversations
    DROP KEY conversations_a_list,
    DROP KEY conversations_b_list,
    DROP KEY conversations_pair,
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (a_user_id, b_user_id),
    ADD UNIQUE KEY conversations_id (id),
    ADD KEY conversations_a_list (a_user_id, a_is_display, a_latest_hour, a_is_pin),
    ADD KEY conversations_b_list (b_user_id, b_is_display, b_latest_hour, b_is_pin),
    ADD KEY conversations_a_status (a_user_id, a_status),
    ADD KEY conversations_b_status (b_user_id, b_status);
