/** What of the engine's WebAssembly is used here; TypeScript knows it of browsers alone. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** A program, compiled once; each call gives what another running module of it exports. */
export function modulesOf(program: Uint8Array): () => Readonly<Record<string, unknown>> {
  let module: object | undefined;
  return () => new WebAssembly.Instance((module ??= new WebAssembly.Module(program))).exports;
}
