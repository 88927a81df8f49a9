import { z } from 'zod';
import { Id, page, Timestamp } from './common.ts';
import { Role } from './identity.ts';

const ANN = '6f1f5b0e-2f0a-4b57-9d3e-6d0c8a0b7c11';
const MEMBER = {
  user_id: ANN,
  email: 'ann@brightsmiles.example',
  role: 'owner' as const,
  joined_at: '2026-11-12T23:00:00.000Z',
};
const INVITATION = {
  id: '0b4d7f34-53a1-4f0c-9a4e-0f5d2f8f6a21',
  email: 'bob@brightsmiles.example',
  role: 'staff' as const,
  status: 'open' as const,
  invited_by: ANN,
  created_at: '2026-11-12T23:00:00.000Z',
  expires_at: '2026-11-20T01:00:00.000Z',
};
/** What the link of an invitation ends with. */
const token = z.string().regex(/^[\w-]{20,64}$/, 'isn’t a whole invitation link');

export const Member = z
  .object({ user_id: Id, email: z.string(), role: Role, joined_at: Timestamp })
  .meta({ id: 'Member', example: MEMBER });
export type Member = z.infer<typeof Member>;

export const MemberList = page(Member).meta({
  id: 'MemberList',
  example: { data: [MEMBER], next_cursor: null },
});

export const MemberPatch = z
  .strictObject({ role: Role })
  .meta({ id: 'MemberPatch', example: { role: 'admin' } });
export type MemberPatch = z.infer<typeof MemberPatch>;

export const HandOver = z
  .strictObject({ user_id: Id.toLowerCase().describe('The member who becomes an owner') })
  .meta({ id: 'HandOver', example: { user_id: ANN } });

export const Invitation = z
  .object({
    id: Id,
    email: z.string(),
    role: Role,
    status: z
      .enum(['open', 'expired'])
      .describe('open: its link works. Withdrawn and accepted ones are not listed'),
    invited_by: Id.describe('user_id of the member who invited them'),
    created_at: Timestamp,
    expires_at: Timestamp,
  })
  .meta({ id: 'Invitation', example: INVITATION });
export type Invitation = z.infer<typeof Invitation>;

export const InvitationList = page(Invitation).meta({
  id: 'InvitationList',
  example: { data: [INVITATION], next_cursor: null },
});

export const InvitationCreate = z
  .strictObject({
    email: z.email('Write an email address, such as ann@clinic.example.').max(254),
    role: Role.describe('Their role. Only an owner can invite an owner'),
  })
  .meta({ id: 'InvitationCreate', example: { email: INVITATION.email, role: 'staff' } });
export type InvitationCreate = z.infer<typeof InvitationCreate>;

export const NewInvitation = Invitation.extend({
  url: z.string().describe('The link to send to that person, shown only once'),
}).meta({
  id: 'NewInvitation',
  example: { ...INVITATION, url: 'https://voxanne.example/join#q3XAn0W9m2b5u8r1t4k7p0s3v6y9B2E5' },
});
export type NewInvitation = z.infer<typeof NewInvitation>;

export const InvitationToken = z
  .strictObject({ token })
  .meta({ id: 'InvitationToken', example: { token: 'q3XAn0W9m2b5u8r1t4k7p0s3v6y9B2E5' } });

export const InvitationFacts = z
  .object({ organization_name: z.string(), email: z.string(), role: Role, expires_at: Timestamp })
  .meta({
    id: 'InvitationFacts',
    example: {
      organization_name: 'Bright Smiles',
      email: INVITATION.email,
      role: 'staff',
      expires_at: INVITATION.expires_at,
    },
  });
export type InvitationFacts = z.infer<typeof InvitationFacts>;

export const Joined = z
  .object({ org_id: Id.describe('The clinic; the next token is for it') })
  .meta({ id: 'Joined', example: { org_id: '3d1c5c1e-8f5e-4c53-9a53-0d6a1f6f2b10' } });
