import { queryOptions } from '@tanstack/react-query';
import {
  type InvitationCreate,
  InvitationFacts,
  InvitationList,
  Joined,
  Member,
  MemberList,
  NewInvitation,
  type Role,
} from '@voxanne/contract';
import { z } from 'zod';
import { request } from '../../lib/api/request.ts';

const Nothing = z.undefined();

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: async ({ signal }) => (await request(MemberList, '/api/members', { signal })).data,
});

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: async ({ signal }) => (await request(InvitationList, '/api/invitations', { signal })).data,
});

export const changeRole = (userId: string, role: Role) =>
  request(Member, `/api/members/${userId}`, { method: 'PATCH', body: { role } });
export const removeMember = (userId: string) =>
  request(Nothing, `/api/members/${userId}`, { method: 'DELETE' });
export const leaveClinic = () => request(Nothing, '/api/members/leave', { method: 'POST', body: {} });
export const handOver = (userId: string) =>
  request(Nothing, '/api/members/hand-over', { method: 'POST', body: { user_id: userId } });

export const invite = (body: InvitationCreate) =>
  request(NewInvitation, '/api/invitations', { method: 'POST', body });
export const withdrawInvitation = (id: string) =>
  request(Nothing, `/api/invitations/${id}`, { method: 'DELETE' });

/** A secret, so it is in no address; the answer is asked for once. */
export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) =>
      request(InvitationFacts, '/api/invitations/look-up', { method: 'POST', body: { token }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
export const acceptInvitation = (token: string) =>
  request(Joined, '/api/invitations/accept', { method: 'POST', body: { token } });
