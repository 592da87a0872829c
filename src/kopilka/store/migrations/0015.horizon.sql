-- Handing events on waits for running transactions that may still add some. Transactions of other databases on the same
-- server can't, and a long one there (a dump, a report) held everybody's events back.

CREATE FUNCTION event_horizon() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED AS $$
    -- A transaction that is running in our snapshot counts unless it is seen to belong to another database: one that has
    -- ended since is not visible to this snapshot yet, so it counts as ours.
    WITH running AS MATERIALIZED (
        SELECT x::text::bigint AS txid FROM pg_snapshot_xip(pg_current_snapshot()) x
    ), elsewhere AS MATERIALIZED (
        SELECT l.transactionid::text::bigint AS low_bits
        FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
            AND a.datname <> current_database() AND EXISTS (SELECT FROM running)
    )
    SELECT coalesce(
        (SELECT min(r.txid) FROM running r
            WHERE NOT EXISTS (SELECT FROM elsewhere e WHERE e.low_bits = r.txid & 4294967295)),
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
$$;

COMMENT ON FUNCTION event_horizon() IS
    'number of the oldest transaction of this database that may still write events: all before it are complete';
