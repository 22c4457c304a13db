DROP TABLE presence_watches;
