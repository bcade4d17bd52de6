/** Jest reporter: one line per test file as it ends, failures in full, and a line now and then while long files run. */
import { relative } from 'node:path';

/** While nothing ends, the files that run are named this often, in milliseconds. */
const reminderEveryMs = 15_000;

export default class ProgressReporter {
  #files = 0;
  #done = 0;
  #startedAt = 0;
  #lastLineAt = 0;
  #running = new Map();
  #timer;

  constructor(config) {
    this.rootDir = config.rootDir;
  }

  onRunStart({ numTotalTestSuites }) {
    this.#files = numTotalTestSuites;
    this.#startedAt = Date.now();
    this.#lastLineAt = this.#startedAt;
    this.#timer = setInterval(() => this.#remind(), 1000);
    this.#timer.unref();
  }

  onTestFileStart({ path }) {
    this.#running.set(path, Date.now());
  }

  onTestFileResult({ path }, result) {
    const seconds = ((Date.now() - (this.#running.get(path) ?? Date.now())) / 1000).toFixed(1);
    this.#running.delete(path);
    this.#done += 1;
    const ok = result.numFailingTests === 0 && !result.testExecError;
    const skipped = result.numPendingTests ? `, ${result.numPendingTests} skipped` : '';
    const counts = `${result.numPassingTests} passed${result.numFailingTests ? `, ${result.numFailingTests} FAILED` : ''}${skipped}`;
    this.#print(`${ok ? 'ok  ' : 'FAIL'} ${relative(this.rootDir, path)}  ${counts}  ${seconds} s`);
    if (result.failureMessage) process.stderr.write(`${result.failureMessage}\n`);
  }

  onRunComplete() {
    clearInterval(this.#timer);
  }

  getLastError() {}

  #remind() {
    if (Date.now() - this.#lastLineAt < reminderEveryMs || this.#running.size === 0) return;
    const names = [...this.#running].map(
      ([path, since]) => `${relative(this.rootDir, path)} (${Math.round((Date.now() - since) / 1000)} s)`,
    );
    this.#print(`...  still running: ${names.join(', ')}`);
  }

  #print(line) {
    this.#lastLineAt = Date.now();
    const seconds = Math.round((this.#lastLineAt - this.#startedAt) / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    process.stderr.write(`${clock} [${this.#done}/${this.#files}] ${line}\n`);
  }
}
