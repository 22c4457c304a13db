DELETE FROM cache_epochs WHERE topic = 'hooks';
DROP TABLE hook_decisions;
DROP TABLE hooks;
