/** Groups of the API document, in the order in which a reader meets them. */
export const TAGS = [
  { name: 'identity', description: 'Accounts, sessions and tokens' },
  { name: 'organization', description: 'The clinic, and your role in it' },
  { name: 'team', description: 'The clinic’s members, and who is invited' },
  { name: 'booking', description: 'Free times, appointments and held times' },
  { name: 'waitlist', description: 'Patients waiting for a time' },
  { name: 'tasks', description: 'Messages the receptionist passed on to the staff' },
  { name: 'contacts', description: 'Patients' },
  { name: 'services', description: 'What can be booked, and the rules for it' },
  { name: 'providers', description: 'Who can be booked, and when they work' },
  { name: 'time off', description: 'Holidays and absences' },
  { name: 'calendar files', description: 'iCalendar files and feeds' },
  { name: 'messages', description: 'Texts to patients and from them' },
  { name: 'integrations', description: 'Google Calendar, Twilio and Vapi' },
  { name: 'events', description: 'Live events in the clinic' },
  { name: 'deliveries', description: 'Incoming webhooks, outgoing work, and replaying either' },
  { name: 'health', description: 'Whether everything works, and what to do if not' },
  { name: 'onboarding', description: 'The first minutes of a new clinic' },
  { name: 'api keys', description: 'Keys by which programs act for the clinic' },
  { name: 'patients', description: 'Pages behind the links in texts. Anyone with the link can act' },
  { name: 'webhooks', description: 'What Twilio and Google call' },
  { name: 'vapi', description: 'What the voice agent calls' },
  { name: 'operator', description: 'For the operator of the deployment' },
  { name: 'simulator', description: 'A phone call without a phone; sandbox mode only' },
];

/** Every way a caller can authenticate. An operation that lists none needs no authentication. */
export const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The token from GET /api/auth/token, or from Supabase; or an API key of the clinic (vx_...)',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'voxanne.session_token',
    description: 'The session cookie; where PUBLIC_URL is https, its name begins with __Secure-',
  },
  operator: { type: 'http', scheme: 'bearer', description: 'OPERATOR_TOKEN of the deployment' },
  googleLink: {
    type: 'apiKey',
    in: 'cookie',
    name: 'voxanne_google_link',
    description: 'The browser that started the linking',
  },
  vapiSecret: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Vapi-Secret',
    description: 'The secret of the clinic',
  },
  vapiBearer: { type: 'http', scheme: 'bearer', description: 'The secret of the clinic' },
  vapiSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'x-signature',
    description: 'HMAC-SHA256 over "{x-timestamp}.{body}" with the secret of the clinic, whose id is ?org=',
  },
  twilioSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Twilio-Signature',
    description: 'Twilio’s signature over the URL under PUBLIC_URL and the sorted form fields',
  },
  googleChannel: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Goog-Channel-Token',
    description: 'The secret of the watch',
  },
} as const;
