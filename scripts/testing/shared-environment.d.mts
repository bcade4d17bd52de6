/** See shared-environment.mjs. */
export class SharedEnvironment {
  constructor(config: object, context: { readonly testPath: string });
  setup(): Promise<void>;
  teardown(): Promise<void>;
}
