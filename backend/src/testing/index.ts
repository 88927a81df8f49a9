export {
  createTestDatabase,
  type NewOrganization,
  type TestDatabase,
  type TestOrganization,
} from './database.ts';
