import type { RightRow, ScopeRow } from './catalog.queries.ts';

/** Where the server and the dashboard read the rights. */
export const RIGHTS_MODULE = 'packages/contract/src/rights.generated.ts';

const literal = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
const list = (names: readonly string[]): string => `[${names.map(literal).join(', ')}]`;

export const rightsModule = (rights: readonly RightRow[], scopes: readonly ScopeRow[]): string => `/**
 * What each role may do. Written by \`npm run db:types\` from the rows of app_private.rights, which the functions of the
 * database ask.
 */
export const RIGHTS = {
${rights
  .map(
    ({ name, roles, description }) =>
      `  ${literal(name)}: { roles: ${list(roles)}, description: ${literal(description)} },\n`,
  )
  .join('')}} as const;

/** What an API key may do, by its scopes: the rows of app_private.scopes. */
export const SCOPES = {
${scopes
  .map(
    ({ name, rights: held, description }) =>
      `  ${name}: {\n    description: ${literal(description)},\n    rights: ${list(held)},\n  },\n`,
  )
  .join('')}} as const;
`;
