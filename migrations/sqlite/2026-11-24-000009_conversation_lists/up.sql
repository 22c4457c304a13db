-- A user's list of conversations: one leg a side, in the order in which it is shown, with all that paging and sums ask
-- for. The pinned ones are found by an index that sends do not touch.

DROP INDEX conversations_b;
CREATE INDEX conversations_a_list
    ON conversations (a_user_id, a_is_display, a_latest_message_time, id, a_is_pin, a_unread);
CREATE INDEX conversations_b_list
    ON conversations (b_user_id, b_is_display, b_latest_message_time, id, b_is_pin, b_unread);
CREATE INDEX conversations_a_pin ON conversations (a_user_id, a_is_pin);
CREATE INDEX conversations_b_pin ON conversations (b_user_id, b_is_pin);
