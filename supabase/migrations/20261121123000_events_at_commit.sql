-- Live events of a clinic are written one transaction at a time (app_private.emit), and that lock lives until the
-- commit. Written with the change it was held over all the rest of the transaction and its round trips: workers of one
-- clinic stood in line for it, 5 ms of the 6 that a call's report took. At the commit it is held for the commit alone, and
-- comes after every other lock, so that nobody can wait for it in a circle.

drop trigger changed on public.appointments;
create constraint trigger changed after insert or update on public.appointments
  deferrable initially deferred for each row execute function app_private.appointment_changed();

drop trigger changed on public.messages;
create constraint trigger changed after insert or update on public.messages
  deferrable initially deferred for each row execute function app_private.message_changed();

drop trigger ended on public.calls;
create constraint trigger ended after insert on public.calls
  deferrable initially deferred for each row
  when (new.status = 'ended') execute function app_private.call_changed();
drop trigger changed on public.calls;
create constraint trigger changed after update on public.calls
  deferrable initially deferred for each row
  when (new.status = 'ended' and old.* is distinct from new.*) execute function app_private.call_changed();
