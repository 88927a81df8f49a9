-- What staff may do on purpose, and the audit log tells: book outside working hours, record a visit before its time.
insert into app_private.audited_actions (action, object_type) values
  ('appointment.outside_hours', 'appointment'), ('appointment.recorded_early', 'appointment');
