-- Finds members by the day of the year on which they were born; and what the new verbs write.

CREATE INDEX person_birthday ON personal.person
    ((extract(month FROM birthday) * 100 + extract(day FROM birthday)), member_id) WHERE birthday IS NOT NULL;

COMMENT ON INDEX personal.person_birthday IS 'who has a birthday: month times a hundred plus day';
COMMENT ON COLUMN posting.verb IS 'close, return, void, adjust, exchange, enrol, expire, action, take_back, birthday, gift, return_gift, payout';
COMMENT ON COLUMN posting.note IS 'the reason that staff gave, the action, the gift, or the reference of a payment';
COMMENT ON COLUMN claim.key IS 'rcp:<receipt id>, ret:<return id>, key:<client>:<key>, act: and unact:<programme>:<action>:<ref>, gift: and ungift:<transaction>, day:birthday:<programme>:<rule>:<member>:<year>';
