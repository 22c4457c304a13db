DROP TABLE webhook_parked;
DROP TABLE webhook_endpoints;
