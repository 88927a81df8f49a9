-- Stand-in for the part of Supabase that plain PostgreSQL lacks: the three API roles and the auth schema.
-- Not a migration: it runs before them, only where GoTrue's auth.users is absent, and may run any number of
-- times. Columns that only GoTrue fills are here so that SQL written for Supabase finds them.

do $$
declare r text;
begin
  foreach r in array array['anon', 'authenticated', 'service_role'] loop
    continue when exists (select 1 from pg_roles where rolname = r);
    begin
      execute format('create role %I nologin noinherit', r);
    exception
      when duplicate_object then null;
      when unique_violation then null; -- two databases of one cluster being set up at once
    end;
  end loop;
end $$;

create schema if not exists auth;
comment on schema auth is 'voxanne stand-in';
grant usage on schema auth to anon, authenticated, service_role;

create table if not exists auth.users (
  id uuid primary key default gen_random_uuid(),
  instance_id uuid,
  aud text default 'authenticated',
  role text default 'authenticated',
  email text unique,
  encrypted_password text,
  email_confirmed_at timestamptz,
  last_sign_in_at timestamptz,
  phone text,
  raw_app_meta_data jsonb not null default '{}',
  raw_user_meta_data jsonb not null default '{}',
  name text not null default '',
  email_verified boolean not null default false,
  image text,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp,
  org_id uuid generated always as ((raw_app_meta_data ->> 'org_id')::uuid) stored
);

create table if not exists auth.ba_sessions (
  "id" uuid primary key default gen_random_uuid(),
  "expiresAt" timestamptz not null,
  "token" text not null unique,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" uuid not null references auth.users (id) on delete cascade
);
create index if not exists "ba_sessions_userId_idx" on auth.ba_sessions ("userId");

create table if not exists auth.ba_accounts (
  "id" uuid primary key default gen_random_uuid(),
  "accountId" text not null,
  "providerId" text not null,
  "userId" uuid not null references auth.users (id) on delete cascade,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  "scope" text,
  "password" text,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null
);
create index if not exists "ba_accounts_userId_idx" on auth.ba_accounts ("userId");

create table if not exists auth.ba_verifications (
  "id" uuid primary key default gen_random_uuid(),
  "identifier" text not null,
  "value" text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null default current_timestamp
);
create index if not exists "ba_verifications_identifier_idx" on auth.ba_verifications ("identifier");

create table if not exists auth.ba_jwks (
  "id" uuid primary key default gen_random_uuid(),
  "publicKey" text not null,
  "privateKey" text not null,
  "createdAt" timestamptz not null,
  "expiresAt" timestamptz,
  "alg" text,
  "crv" text
);

create table if not exists auth.ba_rate_limits (
  "id" uuid primary key default gen_random_uuid(),
  "key" text not null unique,
  "count" integer not null,
  "lastRequest" bigint not null
);

alter table auth.users add column if not exists two_factor_enabled boolean not null default false;

create table if not exists auth.ba_two_factors (
  "id" uuid primary key default gen_random_uuid(),
  "secret" text not null,
  "backupCodes" text not null,
  "userId" uuid not null unique references auth.users (id) on delete cascade,
  "verified" boolean not null default true,
  "failedVerificationCount" integer not null default 0,
  "lockedUntil" timestamptz
);

create or replace function auth.jwt() returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;

create or replace function auth.uid() returns uuid
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select (auth.jwt() ->> 'sub')::uuid $$;

create or replace function auth.role() returns text
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select auth.jwt() ->> 'role' $$;

create or replace function auth.email() returns text
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select auth.jwt() ->> 'email' $$;
