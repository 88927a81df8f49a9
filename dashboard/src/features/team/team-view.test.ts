import type { Member, Role } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { isLastOwner, mayChangeMember, rolesToGive, successors } from './team-view.ts';

const member = (role: Role, user_id: string = role): Member => ({
  user_id,
  email: `${user_id}@clinic.example`,
  role,
  joined_at: '2026-11-09T15:00:00.000Z',
});
const everyone = [member('owner'), member('admin'), member('staff'), member('auditor')];

test('an owner gives every role, an admin all but owner, the others none', () => {
  expect(rolesToGive('owner')).toEqual(['owner', 'admin', 'staff', 'auditor']);
  expect(rolesToGive('admin')).toEqual(['admin', 'staff', 'auditor']);
  expect(rolesToGive('staff')).toEqual([]);
  expect(rolesToGive('auditor')).toEqual([]);
});

test('no button changes an owner for an admin, or the last owner for anyone', () => {
  const changeable = (mine: Role, members = everyone) =>
    members.filter((one) => mayChangeMember(mine, one, members)).map(({ user_id }) => user_id);
  expect(changeable('owner')).toEqual(['admin', 'staff', 'auditor']);
  expect(changeable('admin')).toEqual(['admin', 'staff', 'auditor']);
  expect(changeable('staff')).toEqual([]);
  const twoOwners = [...everyone, member('owner', 'second')];
  expect(changeable('owner', twoOwners)).toEqual(['owner', 'admin', 'staff', 'auditor', 'second']);
  expect(twoOwners.some((one) => isLastOwner(one, twoOwners))).toBe(false);
});

test('a clinic is handed over to someone who isn’t an owner yet', () => {
  expect(successors(everyone).map(({ role }) => role)).toEqual(['admin', 'staff', 'auditor']);
});
