export { leaveTask } from './leave-task.ts';
export { registerTaskRoutes } from './tasks.routes.ts';
