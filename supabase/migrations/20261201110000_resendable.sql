-- One answer to "may this text be sent again", for the screens and for the one who tries.

create function app_private.is_resendable(p_message public.messages) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
  select case when (p_message).status in ('failed', 'undelivered') and (p_message).replaced_by is null
    then app_private.why_not_again(p_message) is null else false end
$$;
comment on function app_private.is_resendable is 'Whether app_private.resend_text would send a text of its own for this one.';

revoke execute on function app_private.is_resendable from public;
grant execute on function app_private.is_resendable, app_private.why_not_again to voxanne_tenant;
