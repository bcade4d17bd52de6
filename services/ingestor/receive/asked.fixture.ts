import type { Asked } from './receiver.js';

/** A request that says nothing beside its body. */
export const plainlyAsked: Asked = {
  method: 'POST',
  path: '/',
  query: {},
  params: {},
  headers: {},
  takeMemory: () => {},
};
