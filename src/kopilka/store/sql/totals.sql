-- name: by_kind
-- Sums by points kind at an instant, right whether or not due expiries have been written.
SELECT w.kind,
    coalesce((SELECT sum(p.units) FROM posting p
        WHERE p.kind = w.kind AND p.credit = 'wallet' AND p.debit LIKE 'issuance:%%' AND p.recorded_at < %(at)s), 0),
    coalesce((SELECT sum(p.units) FROM posting p
        WHERE p.kind = w.kind AND p.debit = 'wallet'
            AND (p.credit LIKE 'spending:%%' OR p.credit LIKE 'gifts:%%' OR p.credit = 'payout')
            AND p.recorded_at < %(at)s), 0),
    coalesce((SELECT sum(p.units) FROM posting p
        WHERE p.kind = w.kind AND p.credit = 'expiry' AND p.effective_at <= %(at)s), 0)
    + coalesce((SELECT sum(l.rest - l.held) FROM lot l
        WHERE l.kind = w.kind AND l.open AND l.expires_at <= %(at)s), 0),
    sum(w.balance)
    - coalesce((SELECT sum(l.rest - l.held) FROM lot l
        WHERE l.kind = w.kind AND l.open AND l.expires_at <= %(at)s), 0)
FROM wallet w GROUP BY w.kind ORDER BY w.kind;

-- name: level_totals
-- What counts towards levels: each holder's kept purchases from a day on.
SELECT s.holder_id, coalesce(sum(a.spend_minor), 0), coalesce(sum(a.receipts), 0), coalesce(sum(a.points), 0)
FROM standing s
LEFT JOIN activity a ON a.bucket = s.bucket AND a.holder_id = s.holder_id AND a.programme = s.programme
    AND (a.day >= %(since)s::date OR %(since)s::date IS NULL)
WHERE s.programme = %(programme)s
GROUP BY s.holder_id;
