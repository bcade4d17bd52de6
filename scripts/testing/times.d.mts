/** See times.mjs: what test files of one worker cost, from the lines that it wrote. Milliseconds, `rss` in bytes. */
export function filesOf(lines: string): readonly {
  readonly path: string;
  readonly began: number;
  readonly own: number;
  readonly loading: number;
  readonly children: number;
  readonly wall: number;
  readonly rss: number;
}[];
