export {
  createTestDatabase,
  type NewOrganization,
  type TestDatabase,
  type TestOrganization,
} from './database.ts';
export { signedInAs } from './signed-in-as.ts';
