-- The refunds of one payment leave on evenings of their own: no other one before this moment, which is drawn when this
-- one is ordered. Null until then.
alter table refunds add column next_after timestamptz;
create index on refunds (payment_id) where next_after is not null;

-- Whether it ever stood in a batch: the batch is signed and known, and anybody may send it as long as its place is not used.
alter table acceptances add column was_posted boolean not null default false;
