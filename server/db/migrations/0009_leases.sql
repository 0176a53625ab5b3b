-- Work that one server at a time does. Whoever holds it past the time has lost it: all that is done under it stays right
-- when two do it, and only goes out of order or is done twice for nothing.
create table leases (
  name text primary key,
  holder uuid not null,
  held_until timestamptz not null
);
