-- What a server says of itself, with its clock in milliseconds.
SELECT version() AS version, currentUser() AS user, toUnixTimestamp64Milli(now64(3)) AS now_ms
