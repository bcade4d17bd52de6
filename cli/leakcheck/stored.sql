-- What of a run is stored: the last account of each clinic, the last line that is set aside, and events by their ids.
SELECT
    (SELECT uniqExact(actor_id) FROM vigie.accesses WHERE startsWith(clinic_id, {run:String}) AND actor_id = clinic_id AND action = 'other') AS last,
    (SELECT count() FROM vigie.quarantine WHERE received_at >= {since:DateTime64(3)} AND content LIKE concat('%"actor_id":"', {run:String}, '-last"%')) AS aside,
    (SELECT uniqExact(event_id) FROM vigie.accesses WHERE event_id IN {ids:Array(String)}) AS named
