/** A frame larger than this is refused by every adapter, in bytes. Frames of ours close at 256 KiB; the rest is room for one huge event. */
export const appendBytesMax = 16 * 1024 * 1024;

/** Partitions of a topic of the embedded log: enough for the cores of one machine. */
export const embeddedPartitions = 4;

export function refuseOversized(topic: string, bytes: number): void {
  if (bytes > appendBytesMax)
    throw new RangeError(
      `a frame of ${bytes} bytes for ${topic} was refused: at most ${appendBytesMax}. Split it into several frames.`,
    );
}
