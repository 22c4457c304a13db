-- A user's list is found by the hour of the latest message, so that a send moves an entry of an index at most once an hour; inside
-- an hour it is sorted when it is read. What is unread is summed by the status.

ALTER TABLE conversations ADD COLUMN a_latest_hour BIGINT;
ALTER TABLE conversations ADD COLUMN b_latest_hour BIGINT;
UPDATE conversations SET a_latest_hour = a_latest_message_time / 3600000, b_latest_hour = b_latest_message_time / 3600000;
DROP INDEX conversations_a_list;
DROP INDEX conversations_b_list;
CREATE INDEX conversations_a_list ON conversations (a_user_id, a_is_display, a_latest_hour, a_is_pin);
CREATE INDEX conversations_b_list ON conversations (b_user_id, b_is_display, b_latest_hour, b_is_pin);
CREATE INDEX conversations_a_status ON conversations (a_user_id, a_status);
CREATE INDEX conversations_b_status ON conversations (b_user_id, b_status);
