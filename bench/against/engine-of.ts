import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Engine } from '#libs/detection/engine.js';

/** The engine of a compiled tree. */
export async function engineOf(home: string): Promise<typeof Engine> {
  const module: { readonly Engine: typeof Engine } = await import(
    pathToFileURL(join(home, 'dist', 'libs', 'detection', 'engine.js')).href
  );
  return module.Engine;
}
