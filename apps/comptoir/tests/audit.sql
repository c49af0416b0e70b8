-- Books that are right; see tests/audit.rs.
insert into categories values ('home', null, 'Home', 'Maison', 0);
insert into products (id, slug, category, name, name_fr, description, description_fr, price, currency)
values ('00000000-0000-7000-8000-0000000000cc', 'blue-mug', 'home', 'Mug', 'Tasse', 'A mug', 'Une tasse',
        1000, 'EUR');
-- Ten came, one came back from the delivered order, one from the cancelled one.
insert into stock values ('00000000-0000-7000-8000-0000000000cc', 8, 1, 3);
insert into stock_movements (id, product_id, delta, reason) values
    (gen_random_uuid(), '00000000-0000-7000-8000-0000000000cc', 10, 'initial'),
    (gen_random_uuid(), '00000000-0000-7000-8000-0000000000cc', 1, 'return'),
    (gen_random_uuid(), '00000000-0000-7000-8000-0000000000cc', 1, 'cancellation');

insert into reservations values
    ('00000000-0000-5000-8000-000000000001', 'committed', now(), now()),
    ('00000000-0000-5000-8000-000000000002', 'committed', now(), now()),
    ('00000000-0000-5000-8000-000000000003', 'released', now(), now()),
    ('00000000-0000-5000-8000-000000000004', 'reserved', now() + interval '10 minutes', now()),
    -- Nobody's yet, and over a moment ago: the next sweep takes it.
    ('00000000-0000-5000-8000-000000000005', 'expired', now(), now());
insert into reservation_lines
select ('00000000-0000-5000-8000-00000000000' || n)::uuid, '00000000-0000-7000-8000-0000000000cc',
       case n when 1 then 2 else 1 end, 1000, 'EUR', 'Mug', 'Tasse', 0
from generate_series(1, 5) n;

insert into orders
    (id, number, user_id, idempotency_key, request_fingerprint, status, failure, decline_code, total_amount,
     currency, refunded_amount, payment_method_id, shipping_address, reservation_id, reserved_until,
     tracking_number, attend_at)
select ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'C-' || n, '00000000-0000-7000-8000-0000000000aa',
       'k' || n, sha256('body'), status, failure, decline_code, total, 'EUR', refunded, gen_random_uuid(), '{}',
       ('00000000-0000-5000-8000-00000000000' || n)::uuid, now() + interval '10 minutes', tracking, now()
from (values
    (1, 'delivered', null, null, 2000, 1000, 'FR-42'),
    (2, 'cancelled', null, null, 1000, 1000, null),
    (3, 'payment_failed', 'declined', 'card_declined', 1000, 0, null),
    (4, 'pending', null, null, 1000, 0, null)
) as it (n, status, failure, decline_code, total, refunded, tracking);
insert into order_lines (order_id, product_id, position, name, quantity, unit_price)
select id, '00000000-0000-7000-8000-0000000000cc', 0, 'Mug', total_amount / 1000, 1000 from orders;
insert into returns (id, order_id, state, reason, refund_amount, currency)
values ('00000000-0000-7000-8000-0000000000ee', '00000000-0000-7000-8000-000000000001', 'refunded', 'One was enough',
        1000, 'EUR');
insert into outbox (order_id, receiver, kind, payload)
values ('00000000-0000-7000-8000-000000000001', 'cart', 'clear_cart', '{}');

insert into payments
    (order_id, user_id, payment_method_id, gateway_token, amount, currency, status, charge, captured, refunded,
     decline_code)
select ('00000000-0000-7000-8000-00000000000' || n)::uuid, '00000000-0000-7000-8000-0000000000aa',
       gen_random_uuid(), 'tok', amount, 'EUR', status, charge, captured, refunded, decline_code
from (values
    (1, 2000, 'captured', 'ch_1', 2000, 1000, null),
    (2, 1000, 'cancelled', 'ch_2', 1000, 1000, null),
    (3, 1000, 'declined', null, 0, 0, 'card_declined'),
    (4, 1000, 'pending', null, 0, 0, null)
) as it (n, amount, status, charge, captured, refunded, decline_code);
insert into refunds (id, order_id, amount, reason, status, refusal_code, due_at) values
    (gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 1000, 'return', 'refunded', null, now()),
    (gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 1000, 'twice', 'refused', 'no', now()),
    (gen_random_uuid(), '00000000-0000-7000-8000-000000000002', 1000, 'cancellation', 'refunded', null, now());

insert into acquirer.tokens values ('tok', 'visa', '4242', 'approved', now());
insert into acquirer.charges (id, reference, token, amount, currency, status, captured, refunded)
values ('ch_1', '00000000-0000-7000-8000-000000000001', 'tok', 2000, 'EUR', 'captured', 2000, 1000),
       ('ch_2', '00000000-0000-7000-8000-000000000002', 'tok', 1000, 'EUR', 'captured', 1000, 1000);
