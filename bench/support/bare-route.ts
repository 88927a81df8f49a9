/** The least that a durable webhook can cost here: Fastify, one parsed body, one inserted row. */
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
const server = Fastify();
server.post('/', async (request) => {
  await pool.query('insert into public.bare (payload) values ($1)', [JSON.stringify(request.body)]);
  return { received: true };
});
process.send?.(await server.listen({ port: 0, host: '127.0.0.1' }));
