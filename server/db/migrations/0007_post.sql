-- The evening post: one row that says where it stands, and that one server at a time holds for a while.

create table post_state (
  is_the_one boolean primary key default true check (is_the_one),
  stage text not null default 'idle' check (stage in ('idle', 'redemptions', 'releases', 'sheets')),
  -- Orders of the stage are out; it ends when they are final.
  is_ordered boolean not null default false,
  sheets text not null default 'by_rule' check (sheets in ('by_rule', 'now')),
  started_at timestamptz,
  holder uuid,
  held_until timestamptz
);
insert into post_state default values;

-- What of the guarantee is set aside until the chain has said how much of a refund the merchant was no longer owed.
alter table refunds add column reserved_cents bigint not null default 0 check (reserved_cents >= 0);
-- What was refunded of the note before, as the order for the chain names it; null until that is given.
alter table refunds add column refunded_before_cents bigint check (refunded_before_cents >= 0);

-- The part of reclaimed_cents that the chain never saw: value that ended before any sheet granted it there.
alter table programmes add column ended_unsheeted_cents bigint not null default 0 check (ended_unsheeted_cents >= 0);
