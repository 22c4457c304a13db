-- What makes a fresh database useful at once: the four roles, the default role, conversations switched on (the
-- original's default is off), and a counter for each cached topic.

INSERT INTO roles (id, name, type, permissions, rank_state, rating, created_at) VALUES
    (1, 'Administrator', 1, '[{"permKey":"conversation","permValue":true,"isCustom":false}]', 1, 1, 0),
    (2, 'Interdiction', 2, '[{"permKey":"conversation","permValue":false,"isCustom":false}]', 1, 2, 0),
    (3, 'Pending Review', 2, '[{"permKey":"conversation","permValue":false,"isCustom":false}]', 1, 3, 0),
    (4, 'General User', 3, '[{"permKey":"conversation","permValue":true,"isCustom":false}]', 1, 4, 0);

INSERT INTO configs (item_key, item_value, item_type, is_api, created_at) VALUES
    ('default_role', '4', 'number', 1, 0),
    ('conversation_status', 'true', 'boolean', 1, 0);

INSERT INTO cache_epochs (topic, epoch) VALUES
    ('app_keys', 0),
    ('sessions', 0),
    ('users', 0),
    ('roles', 0),
    ('settings', 0),
    ('relations', 0),
    ('block_words', 0);

INSERT INTO process_leases (number) VALUES
    (0), (1), (2), (3), (4), (5), (6), (7),
    (8), (9), (10), (11), (12), (13), (14), (15),
    (16), (17), (18), (19), (20), (21), (22), (23),
    (24), (25), (26), (27), (28), (29), (30), (31);
