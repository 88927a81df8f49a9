-- What the built-in issuer (Better Auth) may do in the stand-in auth schema, as voxanne_runtime. Runs after the
-- migrations, which make that role. raw_app_meta_data is not among the columns: rights come from the trigger.

grant usage on schema auth to voxanne_runtime;
grant select, delete on auth.users to voxanne_runtime;
grant insert (id, email, name, email_verified, image, created_at, updated_at, raw_user_meta_data, two_factor_enabled)
  on auth.users to voxanne_runtime;
grant update (email, name, email_verified, image, updated_at, two_factor_enabled) on auth.users to voxanne_runtime;
grant select, insert, update, delete
  on auth.ba_sessions, auth.ba_accounts, auth.ba_verifications, auth.ba_jwks, auth.ba_rate_limits,
    auth.ba_two_factors
  to voxanne_runtime;
