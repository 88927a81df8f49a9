import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './lib/theme/global.css';
import { config } from 'zod';

// The content security policy forbids eval, and zod probes for it when the first schema is made: the schemas
// are therefore loaded after this line.
config({ jitless: true });

const { mount } = await import('./app.tsx');
mount(document.getElementById('root'));
