import type { RightRow } from './catalog.queries.ts';

/** Where the server and the dashboard read the rights. */
export const RIGHTS_MODULE = 'packages/contract/src/rights.generated.ts';

const literal = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;

export const rightsModule = (rights: readonly RightRow[]): string => `/**
 * What each role may do. Written by \`npm run db:types\` from the rows of app_private.rights, which the functions of the
 * database ask.
 */
export const RIGHTS = {
${rights
  .map(
    ({ name, roles, description }) =>
      `  ${literal(name)}: { roles: [${roles.map(literal).join(', ')}], description: ${literal(description)} },\n`,
  )
  .join('')}} as const;
`;
