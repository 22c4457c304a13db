ALTER TABLE conversations
    DROP KEY conversations_b_status,
    DROP KEY conversations_a_status,
    DROP KEY conversations_b_list,
    DROP KEY conversations_a_list,
    DROP KEY conversations_id,
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (id),
    ADD UNIQUE KEY conversations_pair (a_user_id, b_user_id),
    ADD KEY conversations_a_list (a_user_id, a_is_display, a_latest_message_time, id, a_is_pin, a_unread),
    ADD KEY conversations_b_list (b_user_id, b_is_display, b_latest_message_time, id, b_is_pin, b_unread),
    DROP COLUMN b_latest_hour,
    DROP COLUMN a_latest_hour;
