-- Servers keep these tables in memory and look at the epochs to learn of changes. Whoever changes a row by hand, with
-- whatever tool, moves the epoch too. (MySQL wants a privilege for triggers that an application's user often lacks, so
-- there is none there: see the README on changing rows by hand.)
-- Nothing is kept of an account that does not exist, so a new one changes nothing.

CREATE TRIGGER session_keys_insert_epoch AFTER INSERT ON session_keys BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'app_keys';
END;
CREATE TRIGGER session_keys_update_epoch AFTER UPDATE ON session_keys BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'app_keys';
END;
CREATE TRIGGER session_keys_delete_epoch AFTER DELETE ON session_keys BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'app_keys';
END;
CREATE TRIGGER accounts_update_epoch AFTER UPDATE ON accounts BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'sessions';
END;
CREATE TRIGGER accounts_delete_epoch AFTER DELETE ON accounts BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'sessions';
END;
CREATE TRIGGER session_tokens_insert_epoch AFTER INSERT ON session_tokens BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'sessions';
END;
CREATE TRIGGER session_tokens_update_epoch AFTER UPDATE ON session_tokens BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'sessions';
END;
CREATE TRIGGER session_tokens_delete_epoch AFTER DELETE ON session_tokens BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'sessions';
END;
CREATE TRIGGER users_insert_epoch AFTER INSERT ON users BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'users';
END;
CREATE TRIGGER users_update_epoch AFTER UPDATE ON users BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'users';
END;
CREATE TRIGGER users_delete_epoch AFTER DELETE ON users BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'users';
END;
CREATE TRIGGER roles_insert_epoch AFTER INSERT ON roles BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'roles';
END;
CREATE TRIGGER roles_update_epoch AFTER UPDATE ON roles BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'roles';
END;
CREATE TRIGGER roles_delete_epoch AFTER DELETE ON roles BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'roles';
END;
CREATE TRIGGER user_roles_insert_epoch AFTER INSERT ON user_roles BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'roles';
END;
CREATE TRIGGER user_roles_update_epoch AFTER UPDATE ON user_roles BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'roles';
END;
CREATE TRIGGER user_roles_delete_epoch AFTER DELETE ON user_roles BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'roles';
END;
CREATE TRIGGER configs_insert_epoch AFTER INSERT ON configs BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'settings';
END;
CREATE TRIGGER configs_update_epoch AFTER UPDATE ON configs BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'settings';
END;
CREATE TRIGGER configs_delete_epoch AFTER DELETE ON configs BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'settings';
END;
CREATE TRIGGER user_follows_insert_epoch AFTER INSERT ON user_follows BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'relations';
END;
CREATE TRIGGER user_follows_update_epoch AFTER UPDATE ON user_follows BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'relations';
END;
CREATE TRIGGER user_follows_delete_epoch AFTER DELETE ON user_follows BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'relations';
END;
CREATE TRIGGER user_blocks_insert_epoch AFTER INSERT ON user_blocks BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'relations';
END;
CREATE TRIGGER user_blocks_update_epoch AFTER UPDATE ON user_blocks BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'relations';
END;
CREATE TRIGGER user_blocks_delete_epoch AFTER DELETE ON user_blocks BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'relations';
END;
CREATE TRIGGER block_words_insert_epoch AFTER INSERT ON block_words BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'block_words';
END;
CREATE TRIGGER block_words_update_epoch AFTER UPDATE ON block_words BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'block_words';
END;
CREATE TRIGGER block_words_delete_epoch AFTER DELETE ON block_words BEGIN
    UPDATE cache_epochs SET epoch = epoch + 1 WHERE topic = 'block_words';
END;
