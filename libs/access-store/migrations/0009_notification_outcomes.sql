-- One word for an attempt that is tried again soon, the same as in the metric `vigie_notifications_total`: it was called `later` in this table
-- only.
ALTER TABLE vigie.notification_attempts UPDATE outcome = 'failed' WHERE outcome = 'later';
