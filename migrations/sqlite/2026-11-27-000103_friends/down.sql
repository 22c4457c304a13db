DROP TABLE friend_profiles;
DROP TABLE friend_permissions;
