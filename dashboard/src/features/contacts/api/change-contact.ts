import { useMutation } from '@tanstack/react-query';
import { ContactDetail, type ContactPatch } from '@voxanne/contract';
import type { MutationConfig } from '../../../lib/api/mutation-config.ts';
import { request } from '../../../lib/api/request.ts';
import { contactQuery } from './contact.ts';

interface ContactChange {
  id: string;
  patch: ContactPatch;
}

const changeContact = ({ id, patch }: ContactChange) =>
  request(ContactDetail, `/api/contacts/${encodeURIComponent(id)}`, { method: 'PATCH', body: patch });

export const useChangeContact = (config: MutationConfig<typeof changeContact> = {}) =>
  useMutation({
    ...config,
    mutationFn: changeContact,
    meta: { changes: ['contact.updated'], answers: ({ id }: ContactDetail) => contactQuery(id).queryKey },
  });
