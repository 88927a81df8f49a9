-- Health asks for the texts that have not left every few seconds. They are few among millions, and must be found as few.
create index messages_open_idx on public.messages (org_id, created_at) where status in ('queued', 'sending', 'unknown');
