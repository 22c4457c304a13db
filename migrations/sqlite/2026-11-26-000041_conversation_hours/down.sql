DROP INDEX conversations_b_status;
DROP INDEX conversations_a_status;
DROP INDEX conversations_b_list;
DROP INDEX conversations_a_list;
ALTER TABLE conversations DROP COLUMN b_latest_hour;
ALTER TABLE conversations DROP COLUMN a_latest_hour;
CREATE INDEX conversations_a_list
    ON conversations (a_user_id, a_is_display, a_latest_message_time, id, a_is_pin, a_unread);
CREATE INDEX conversations_b_list
    ON conversations (b_user_id, b_is_display, b_latest_message_time, id, b_is_pin, b_unread);
