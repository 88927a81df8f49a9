-- Who may do what. This is the one list: the routes of the server read it (packages/contract/src/rights.generated.ts is
-- made from it), the functions of the database ask it, and docs/rights.md shows it.

create table app_private.rights (
  name text primary key check (name ~ '^[a-z_]+\.[a-z_]+$'),
  roles text[] not null check (roles <@ array['owner', 'admin', 'staff', 'auditor'] and roles <> '{}'),
  -- What a person with the right can do; the words after "can".
  description text not null
);
comment on table app_private.rights is 'What each role may do in its clinic. A change needs npm run db:types, which writes it for the server.';
alter table app_private.rights enable row level security;
alter table app_private.rights force row level security;
create policy owner on app_private.rights for all to current_user using (true) with check (true);

insert into app_private.rights (name, roles, description) values
  ('clinic.read', '{owner,admin,staff,auditor}', 'see the clinic, its connections and its health'),
  ('schedule.read', '{owner,admin,staff,auditor}', 'see services, providers, time off and free times'),
  ('settings.edit', '{owner,admin}', 'change settings, services, providers and time off'),
  ('appointments.read', '{owner,admin,staff,auditor}', 'see appointments'),
  ('appointments.book', '{owner,admin,staff}', 'book, move and cancel appointments'),
  ('appointments.overbook', '{owner}', 'book a time that is taken'),
  ('patients.read', '{owner,admin,staff,auditor}', 'see patients'),
  ('patients.edit', '{owner,admin,staff}', 'change the details of patients'),
  ('waitlist.read', '{owner,admin,staff,auditor}', 'see the waitlist'),
  ('waitlist.edit', '{owner,admin,staff}', 'change the waitlist'),
  ('tasks.read', '{owner,admin,staff,auditor}', 'see tasks'),
  ('tasks.edit', '{owner,admin,staff}', 'close and reopen tasks'),
  ('messages.read', '{owner,admin,staff,auditor}', 'read texts'),
  ('messages.send', '{owner,admin,staff}', 'send texts'),
  ('calls.read', '{owner,admin,staff,auditor}', 'see calls'),
  ('feeds.manage', '{owner,admin}', 'make and revoke calendar feeds'),
  ('connections.test', '{owner,admin,staff}', 'test the link to Google Calendar'),
  ('connections.manage', '{owner,admin}', 'link and unlink Google Calendar'),
  ('receptionist.manage', '{owner}', 'see and replace the secret of the receptionist'),
  ('deliveries.read', '{owner}', 'see webhooks and outgoing work'),
  ('deliveries.replay', '{owner}', 'replay webhooks and outgoing work'),
  ('breakers.reset', '{owner}', 'reset circuit breakers'),
  ('team.read', '{owner,admin,staff,auditor}', 'see who belongs to the clinic'),
  ('team.manage', '{owner,admin}', 'invite people, and change and remove members'),
  ('api_keys.manage', '{owner,admin}', 'make and revoke API keys'),
  ('owners.manage', '{owner}', 'make and change owners'),
  ('security.manage', '{owner}', 'require two-step sign-in of everyone in the clinic');

create function app_private.roles_with_right(p_right text) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
declare
  v_roles text[];
begin
  select r.roles into v_roles from app_private.rights r where r.name = p_right;
  if not found then
    raise exception 'there is no right called %', p_right using errcode = 'invalid_parameter_value';
  end if;
  return v_roles;
end $$;

-- What an API key may do: it has the rights of its scopes, and no role. Some rights no key has: an owner's work, and what
-- needs a person who agrees to it. A key with the scope admin can make other keys, so admin has all that an admin has.
create table app_private.scopes (
  name text primary key check (name ~ '^[a-z]+$'),
  rights text[] not null check (rights <> '{}'),
  -- What a key with the scope can do; the words after "can".
  description text not null
);
comment on table app_private.scopes is 'What API keys may do. A change needs npm run db:types, which writes it for the server.';
alter table app_private.scopes enable row level security;
alter table app_private.scopes force row level security;
create policy owner on app_private.scopes for all to current_user using (true) with check (true);

insert into app_private.scopes (name, rights, description) values
  ('read', '{clinic.read,schedule.read,appointments.read,patients.read,waitlist.read,tasks.read,messages.read,calls.read,team.read}',
    'see what staff see'),
  ('book', '{schedule.read,appointments.read,appointments.book,patients.read,patients.edit,waitlist.read,waitlist.edit,tasks.read,tasks.edit}',
    'book, move and cancel appointments, and edit patients, the waitlist and tasks'),
  ('message', '{messages.read,messages.send}', 'read and send texts'),
  ('operate', '{clinic.read,connections.test,receptionist.manage,deliveries.read,deliveries.replay,breakers.reset}',
    'replay webhooks and outgoing work, reset circuit breakers, and replace the secret of the receptionist'),
  ('admin', '{clinic.read,schedule.read,settings.edit,appointments.read,appointments.book,patients.read,patients.edit,waitlist.read,waitlist.edit,tasks.read,tasks.edit,messages.read,messages.send,calls.read,feeds.manage,connections.test,team.read,team.manage,api_keys.manage}',
    'do what an admin can, team and API keys included');

create function app_private.scopes_with_right(p_right text) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp
  as $$
begin
  perform app_private.roles_with_right(p_right);
  return array(select s.name from app_private.scopes s where p_right = any (s.rights));
end $$;
