ALTER TABLE conversations
    DROP KEY conversations_b_pin,
    DROP KEY conversations_a_pin,
    DROP KEY conversations_b_list,
    DROP KEY conversations_a_list,
    ADD KEY conversations_b (b_user_id);
