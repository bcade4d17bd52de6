/**
 * Jest's runtime over Node's own loader: test files, and what they import, are modules of the worker, loaded and compiled once for all of its
 * files. Jest's own loads every module anew for each file, in a context of its own, which was a third of what tests of libs/formats cost. What a module keeps
 * is there for the next file, then, as it is for the next request in a service: a test that cannot bear that says what is wrong with the
 * module. `npm test -- --isolated` runs each file in a context of its own.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { giveGlobals, sourceMaps, transformBy } from './sources.mjs';

const require = createRequire(import.meta.url);
// Jest's own, not another version beside it.
const { default: Runtime } = createRequire(require.resolve('jest'))('jest-runtime');

/** Where jest-circus keeps who is told of what tests do. */
const eventHandlers = Symbol.for('EVENT_HANDLERS');

export default class SharedRuntime extends Runtime {
  constructor(...given) {
    super(...given);
    const [, , , transformer] = given;
    transformBy(transformer);
  }

  /** Jest would put its own in the place of the process's. */
  installGetBuiltinModule() {}

  /** jest-circus, with a state of its own for each test file. */
  requireInternalModule(path) {
    delete require.cache[path];
    delete globalThis[eventHandlers];
    return require(path);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    return await import(pathToFileURL(path).href);
  }

  setGlobalsForRuntime(globals) {
    const mocker = this._moduleMocker;
    giveGlobals({
      ...globals,
      jest: { fn: mocker.fn.bind(mocker), spyOn: mocker.spyOn.bind(mocker), restoreAllMocks: () => mocker.restoreAllMocks() },
    });
  }

  getSourceMaps() {
    return sourceMaps;
  }
}
