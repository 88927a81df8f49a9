import type { Appointment, Provider, Service } from '@voxanne/contract';

export type Person = Pick<Provider, 'id' | 'name' | 'working_hours' | 'breaks' | 'active'>;

type Offer = Pick<Service, 'slug' | 'provider_ids'>;
export interface Choice {
  value: string;
  label: string;
  /** Why it can only go away from them. */
  problem?: string;
}

/**
 * Who an appointment can go to. Its present provider stays in the list, even if they couldn't get it now.
 * @param services - Undefined while they are not known; then no one is left out.
 */
export function whoMayTake(
  { service_type, provider_id, provider_name }: Appointment,
  people: Person[],
  services: Offer[] | undefined,
): Choice[] {
  const offering = services?.find(({ slug }) => slug === service_type)?.provider_ids ?? [];
  const offers = ({ id }: Person) => offering.length === 0 || offering.includes(id);
  const able = people
    .filter((one) => one.active && offers(one))
    .map(({ id, name }) => ({ value: id, label: name }));
  if (able.some(({ value }) => value === provider_id)) return able;
  const present = people.find(({ id }) => id === provider_id);
  const name = present?.name ?? provider_name;
  const why = present?.active ? 'doesn’t offer this anymore' : 'isn’t taking appointments anymore';
  const problem = `${name} ${why}. Choose who takes it over.`;
  return [{ value: provider_id, label: `${name} (${why})`, problem }, ...able];
}
