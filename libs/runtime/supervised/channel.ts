// supervised/: what a process and whoever started it tell each other, by the channel that Node gives a child.
// A channel that closes says that the other is gone, however it ended. And what several processes of one service share.

/** A process has its port: whatever answers there from now on is it. */
export const listeningMessage = 'listening';

/** Tells whoever started this process, if anybody listens, that it has its port. */
export function tellListening(): void {
  // Where the channel has closed meanwhile, its end is what counts.
  process.send?.(listeningMessage, undefined, undefined, () => {});
}

/** Calls `ended` when whoever started this process with a channel is gone, at once where it has gone already; the channel alone does not keep the process. */
export function whenStarterEnds(ended: () => void): void {
  process.on('disconnect', ended);
  process.channel?.unref();
  // Of a process that was started without a channel nothing is said.
  if (process.connected === false) ended();
}
