-- A user's list of conversations: one leg a side, in the order in which it is shown, with all that paging and sums ask
-- for. The pinned ones are found by an index that sends do not touch.

ALTER TABLE conversations
    DROP KEY conversations_b,
    ADD KEY conversations_a_list (a_user_id, a_is_display, a_latest_message_time, id, a_is_pin, a_unread),
    ADD KEY conversations_b_list (b_user_id, b_is_display, b_latest_message_time, id, b_is_pin, b_unread),
    ADD KEY conversations_a_pin (a_user_id, a_is_pin),
    ADD KEY conversations_b_pin (b_user_id, b_is_pin);
