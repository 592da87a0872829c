-- What has happened is never changed: the owner of these tables takes the right to do so from itself, so that neither a
-- mistake of ours nor a careless statement through the same login can. A superuser (our own embedded server signs in as
-- one) is not held by rights: there the chain of hashes and the daily roots tell.

REVOKE UPDATE, DELETE, TRUNCATE ON posting, lot_draw, budget_draw, receipt_return, daily_root, programme_version,
    staff_action FROM CURRENT_USER, PUBLIC;
