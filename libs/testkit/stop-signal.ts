/**
 * Aborted by SIGINT or SIGTERM, and deaf to further ones. A terminal sends a signal to everything that runs in it and npm hands it on besides, so that it comes
 * twice or more: the second must not end a process that is still stopping what it has started.
 */
export function stopSignal(): AbortSignal {
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort(new Error('stopped')));
  return stopped.signal;
}
