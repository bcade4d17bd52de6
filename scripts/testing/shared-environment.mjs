/** Jest's environment for the shared runtime: the process as it is. What a test file changes of it is put back behind that file. */
import { createRequire } from 'node:module';
import { noteTime } from './times.mjs';

const require = createRequire(import.meta.url);
// Jest's own, not another version beside it.
const { ModuleMocker } = createRequire(require.resolve('jest-environment-node'))('jest-mock');

/** Frames of a stack. Each expectation takes one in case it fails, and Jest's hundred frames cost more than the expectation. */
const framesMax = 20;

export class SharedEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern = null;
  #before = { console, exit: process.exit, variables: { ...process.env }, folder: process.cwd() };
  #path;

  constructor(_config, { testPath }) {
    this.#path = testPath;
    noteTime('begins', testPath);
  }

  async setup() {
    Error.stackTraceLimit = framesMax;
    // Reads outside a column of numbers are errors (libs/detection/scan/outside.ts).
    globalThis.vigieInvariants = true;
  }

  handleTestEvent({ name }) {
    if (name === 'run_start') noteTime('is loaded', this.#path);
  }

  async teardown() {
    const { exit, variables, folder } = this.#before;
    for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
    Object.assign(process.env, variables);
    process.chdir(folder);
    process.exit = exit;
    globalThis.console = this.#before.console;
    noteTime('ends', this.#path);
  }

  /** Jest asks for one to find out whether this is an environment; nothing runs in it. */
  getVmContext() {
    return null;
  }
}

/** Jest takes the default one. */
export default SharedEnvironment;
