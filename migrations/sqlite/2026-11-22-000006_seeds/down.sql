DELETE FROM process_leases;
DELETE FROM cache_epochs;
DELETE FROM configs;
DELETE FROM roles;
