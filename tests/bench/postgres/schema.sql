-- One order as PostgreSQL would keep it. A fillfactor that leaves room on the page lets every update
-- stay on it (HOT), so that no index grows: the kindest case for PostgreSQL.
create table stock (
  sku bigint primary key,
  on_hand bigint not null,
  reserved bigint not null default 0 check (reserved <= on_hand)
) with (fillfactor = 50);

create table accounts (
  customer bigint primary key,
  credit_limit_minor bigint not null,
  held_minor bigint not null default 0
) with (fillfactor = 50);

create table orders (
  order_id bigint primary key,
  customer bigint not null,
  currency char(3) not null,
  sku bigint not null,
  quantity bigint not null,
  unit_price_minor bigint not null,
  status smallint not null, -- 1 placed, 4 confirmed
  placed_at timestamptz not null default now()
) with (fillfactor = 70);

create table payments (
  order_id bigint primary key,
  customer bigint not null,
  authorized_minor bigint not null
);

insert into stock (sku, on_hand) select n, 1000000000 from generate_series(1, 100000) n;
insert into accounts (customer, credit_limit_minor) select n, 1000000000000 from generate_series(1, 100000) n;

-- The whole order in one call: one round trip, one transaction.
create function place_order(
  new_order_id bigint, new_customer bigint, new_sku bigint, new_quantity bigint, new_price_minor bigint
) returns void language plpgsql as $$
begin
  insert into orders (order_id, customer, currency, sku, quantity, unit_price_minor, status)
    values (new_order_id, new_customer, 'GBP', new_sku, new_quantity, new_price_minor, 1);
  update stock set reserved = reserved + new_quantity
    where sku = new_sku and on_hand - reserved >= new_quantity;
  if not found then
    raise exception 'insufficient stock';
  end if;
  update accounts set held_minor = held_minor + new_quantity * new_price_minor
    where customer = new_customer and credit_limit_minor - held_minor >= new_quantity * new_price_minor;
  if not found then
    raise exception 'credit limit';
  end if;
  insert into payments (order_id, customer, authorized_minor)
    values (new_order_id, new_customer, new_quantity * new_price_minor);
  update orders set status = 4 where order_id = new_order_id;
end $$;

vacuum analyze;
checkpoint;
