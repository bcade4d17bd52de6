-- How many events are stored, counted once however many rows they have.
SELECT uniqExact(event_id) AS events
FROM vigie.accesses
