DROP TABLE user_blocks;
DROP TABLE user_follows;
DROP TABLE user_roles;
DROP TABLE roles;
DROP TABLE users;
DROP TABLE accounts;
