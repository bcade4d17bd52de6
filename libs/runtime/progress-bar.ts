/** Characters of the bar itself. */
const width = 30;

/** Without a terminal a line is printed each time another tenth is done, so that a log stays readable. */
const linesWithoutTerminal = 10;

/** Progress of long work: redrawn in place on a terminal, a few plain lines elsewhere. Other output goes above it through `print`. */
export class ProgressBar {
  #drawn = '';
  #told = -1;

  constructor(private readonly out: NodeJS.WriteStream) {}

  show(share: number, text: string): void {
    const done = Math.min(1, Math.max(0, share));
    if (this.out.isTTY) {
      const filled = Math.round(done * width);
      this.#drawn = `  [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${String(Math.floor(done * 100)).padStart(3)} %  ${text}`;
      this.out.write(`\r\u001b[2K${this.#drawn.slice(0, this.out.columns - 1)}`);
      return;
    }
    const tenth = Math.floor(done * linesWithoutTerminal);
    if (tenth === this.#told) return;
    this.#told = tenth;
    this.out.write(`  ${tenth * 10} %  ${text}\n`);
  }

  print(text: string): void {
    if (!this.out.isTTY) {
      this.out.write(`${text}\n`);
      return;
    }
    this.out.write(`\r\u001b[2K${text}\n${this.#drawn.slice(0, this.out.columns - 1)}`);
  }

  end(): void {
    if (this.out.isTTY && this.#drawn) this.out.write('\n');
    this.#drawn = '';
  }
}
