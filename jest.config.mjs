import { availableParallelism, totalmem } from 'node:os';
import { swcOptions } from './scripts/compile/swc-options.mjs';
import { loading } from './scripts/testing/loading.mjs';

/** What a worker and the processes that its tests start take at most: a Kafka of three brokers, or the whole system twice. */
const workerBytes = 4 * 2 ** 30;
/** Five for two processors, because half of what the longest files do is to wait; as many as the memory holds, and two. */
const workers = Math.max(2, Math.min(Math.ceil(2.5 * availableParallelism()), Math.floor(totalmem() / workerBytes)));

/** One configuration for every test: ESM, compiled by SWC, with the same `#libs` names that Node resolves at run time. */
export default {
  ...loading,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tests', '<rootDir>/bench', '<rootDir>/scripts', '<rootDir>/cli'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^#(libs|services)/(.*)\\.js$': '<rootDir>/$1/$2.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { ...swcOptions, sourceMaps: 'inline' }],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
  maxWorkers: workers,
  // Those that take minutes begin first.
  testSequencer: '<rootDir>/scripts/testing/slow-first.mjs',
  // Only so that what hangs ends: a slow machine under load must not meet it, so no test and no hook asks for less.
  testTimeout: 300_000,
  cacheDirectory: '<rootDir>/.cache/jest',
};
