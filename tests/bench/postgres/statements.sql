-- pgbench: one order, statement by statement. Variables: run, n (0 at the start), skus.
-- Ids rise within a client, so index pages stay warm. \gset ends the client when a row is missing.
\set n :n + 1
\set order_id :run * 1000000000000000 + :client_id * 1000000000000 + :n
\set sku random(1, :skus)
\set customer random(1, 100000)
begin;
insert into orders (order_id, customer, currency, sku, quantity, unit_price_minor, status)
  values (:order_id, :customer, 'GBP', :sku, 1, 250, 1);
update stock set reserved = reserved + 1 where sku = :sku and on_hand - reserved >= 1
  returning 1 as stock_reserved \gset
update accounts set held_minor = held_minor + 250
  where customer = :customer and credit_limit_minor - held_minor >= 250
  returning 1 as credit_held \gset
insert into payments (order_id, customer, authorized_minor) values (:order_id, :customer, 250);
update orders set status = 4 where order_id = :order_id;
commit;
