export { hasRedisServer, type PrivateRedis, type PrivateRedisOptions, startRedis } from './redis-server.ts';
export { type StoreCase, type StoreUnderTest, storeContract } from './store-contract.ts';
export { createTestClock, settle, type TestClock } from './test-clock.ts';
