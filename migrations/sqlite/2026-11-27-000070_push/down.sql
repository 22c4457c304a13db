DROP TABLE push_progress;
DROP TABLE push_acks;
DROP TABLE push_devices;
