DROP TABLE webhook_processes;
