import { z } from 'zod';

export const ProviderFeed = z
  .object({ url: z.url().describe('Shown once. Anyone who has it can read the calendar.') })
  .meta({
    id: 'ProviderFeed',
    example: { url: 'https://voxanne.example/api/feeds/q3xTzKpB8mW2vL5nR7cY1dF4gH6jS9aE0uQoPiNbMA.ics' },
  });
export type ProviderFeed = z.infer<typeof ProviderFeed>;
