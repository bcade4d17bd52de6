/** Whether modules are loaded once for all files of a worker, or anew for each file (`npm test -- --isolated`): Jest's options for it. */
export const loading =
  process.env.VIGIE_TEST_ISOLATED === '1'
    ? { testEnvironment: '<rootDir>/scripts/testing/isolated-environment.mjs' }
    : {
        testEnvironment: '<rootDir>/scripts/testing/shared-environment.mjs',
        runtime: '<rootDir>/scripts/testing/shared-runtime.mjs',
      };
