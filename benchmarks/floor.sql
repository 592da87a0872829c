-- The floor of a purchase: one function that writes the rows that a purchase writes, and nothing else.
CREATE FUNCTION bench_purchase(n bigint, member integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    holder text := 'hdr_' || lpad(member::text, 26, '0');
    b smallint := member % 256;
    ver bigint;
    txn text := 'txn_' || lpad(n::text, 26, '0') || '_' || lpad((random() * 1e9)::bigint::text, 10, '0');
BEGIN
    INSERT INTO claim VALUES ('rcp:' || txn, '\x00', 'close', b, holder, txn, '{}', now());
    INSERT INTO wallet AS w VALUES (b, holder, 'bonus', 100, 0, 4, '\x00')
        ON CONFLICT (bucket, holder_id, kind) DO UPDATE SET balance = w.balance + 1, version = w.version + 4
        RETURNING version INTO ver;
    INSERT INTO receipt (bucket, holder_id, receipt_id, state, programme, version, shop, sold_at, day, recorded_at,
        received_at, currency, goods_minor, paid_minor, content, decision, request_hash)
        VALUES (b, holder, txn, 'closed', 'p', 1, 's', now(), current_date, now(), now(), 'RUB', 1, 1,
            ('{"a":"' || repeat('x', 500) || '"}')::json, ('{"a":"' || repeat('x', 500) || '"}')::json, '\x00');
    INSERT INTO posting SELECT b, holder, 'bonus', ver - k, txn, 'close', 'wallet', 'issuance:x', 1, 0, 1, now(), now(),
        txn, '', '', 0, now(), now(), '\x00', '\x00' FROM generate_series(0, 3) k;
    INSERT INTO lot VALUES (b, holder, 'bonus', ver, 1, 1, 0, true, now(), now(), now(), txn, 'issuance:x');
    INSERT INTO event VALUES (b, holder, 'evt' || txn, 'receipt.closed', now(), now(), txn, '{"a":1}');
END $$;
