-- Without a search path of its own it means what the path of the session says.
alter function app_private.visible_line(text) set search_path = pg_catalog, pg_temp;
