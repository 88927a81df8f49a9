import type { StandIn, World } from '../core/stand-in.ts';

export function vapiStandIn(_world: World): StandIn {
  return {
    provider: 'vapi',
    routes: () => undefined,
    control: () => undefined,
    refuse: (reply, { status }) => reply.code(status).send({ message: 'refused', statusCode: status }),
    revoke: () => false,
    open: () => undefined,
    reset: () => undefined,
    close: async () => undefined,
  };
}
