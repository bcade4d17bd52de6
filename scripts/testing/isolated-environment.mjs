/**
 * Jest's environment of Node over a global object of the engine's own. Jest's is a proxy that is asked for every `Math`, `Map` and `Date` of
 * the code under test, which makes work that counts some 1.5 times as slow.
 */
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';
import { noteTime } from './times.mjs';

/** Frames of a stack. Each expectation takes one in case it fails, and Jest's hundred frames cost more than the expectation. */
const framesMax = 20;

export default class PlainGlobalEnvironment extends TestEnvironment {
  #path;

  constructor(config, context) {
    noteTime('begins', context.testPath);
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    this.global.Error.stackTraceLimit = framesMax;
    // Reads outside a column of numbers are errors (libs/detection/scan/outside.ts).
    this.global.vigieInvariants = true;
    this.#path = context.testPath;
  }

  handleTestEvent({ name }) {
    if (name === 'run_start') noteTime('is loaded', this.#path);
  }

  async teardown() {
    await super.teardown();
    noteTime('ends', this.#path);
  }
}
