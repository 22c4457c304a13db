DROP INDEX conversations_b_pin;
DROP INDEX conversations_a_pin;
DROP INDEX conversations_b_list;
DROP INDEX conversations_a_list;
CREATE INDEX conversations_b ON conversations (b_user_id);
