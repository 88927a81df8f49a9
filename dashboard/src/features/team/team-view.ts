import { hasRight, type Member, Role } from '@voxanne/contract';

export const ROLES: Record<Role, { word: string; means: string }> = {
  owner: { word: 'Owner', means: 'Everything, including owners and webhooks' },
  admin: { word: 'Admin', means: 'The day’s work, settings, connections and the team' },
  staff: { word: 'Staff', means: 'The day’s work: appointments, patients, texts and tasks' },
  auditor: { word: 'Auditor', means: 'Sees everything in the clinic, changes nothing' },
};

/** As one person: "an admin". */
export const asOne: Record<Role, string> = {
  owner: 'an owner',
  admin: 'an admin',
  staff: 'a staff member',
  auditor: 'an auditor',
};

/** The roles that a person of this role may give. */
export const rolesToGive = (mine: Role): Role[] =>
  hasRight(mine, 'team.manage')
    ? Role.options.filter((role) => role !== 'owner' || hasRight(mine, 'owners.manage'))
    : [];

/** Whether a person of this role may change that member. The last owner stays: then the answer is no, too. */
export function mayChangeMember(mine: Role, member: Member, members: readonly Member[]): boolean {
  if (!rolesToGive(mine).includes(member.role)) return false;
  return !isLastOwner(member, members);
}

export const isLastOwner = (member: Member, members: readonly Member[]): boolean =>
  member.role === 'owner' && members.filter(({ role }) => role === 'owner').length === 1;

/** To whom a clinic can be handed over. */
export const successors = (members: readonly Member[]): Member[] =>
  members.filter(({ role }) => role !== 'owner');
