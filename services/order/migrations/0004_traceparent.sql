-- Of the request that wrote the message (W3C trace context), so that its delivery can be traced back to it.
-- Null where nothing was traced, and from a release that does not know the column.
alter table outbox add column traceparent text;
alter table outbox add constraint outbox_traceparent_length check (length(traceparent) <= 64);
