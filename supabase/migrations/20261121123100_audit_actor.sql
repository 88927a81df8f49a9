-- A signed-in person may write into the audit log of the own clinic (a change and its row commit together), but only
-- as that person, and only now.
create function app_private.audit_as_oneself() returns trigger
  language plpgsql set search_path = ''
  as $$
begin
  -- Functions of the one door run as their owner and say themselves who acts.
  if current_user = 'authenticated' and app_private.user_id() is not null then
    new.actor_type := 'user';
    new.actor_id := app_private.user_id()::text;
    new.created_at := now();
  end if;
  return new;
end $$;
create trigger as_oneself before insert on public.audit_log
  for each row execute function app_private.audit_as_oneself();
revoke execute on function app_private.audit_as_oneself from public;
