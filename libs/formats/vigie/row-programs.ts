import type { Pseudonymiser } from '#libs/pseudonyms/pseudonymiser.js';
import { RowProgram } from './wasm/row-program.js';

const programs = new WeakMap<Pseudonymiser, Map<string, RowProgram | undefined>>();

/** The program of a key and an authority, made once and kept with the key: ask only for authorities that the operator named. */
export function programOf(pseudonymiser: Pseudonymiser, authority: string): RowProgram | undefined {
  const ofKey = programs.get(pseudonymiser) ?? new Map<string, RowProgram | undefined>();
  programs.set(pseudonymiser, ofKey);
  if (!ofKey.has(authority)) ofKey.set(authority, made(pseudonymiser, authority));
  return ofKey.get(authority);
}

/** Authorities that no operator named, for each key. */
const foreignMax = 4;
/** Of their tables: some 5 MiB when full. */
const foreignSets = { pseudonyms: 16_384, contexts: 1024, blocks: 2048 };
const foreign = new WeakMap<Pseudonymiser, Map<string, RowProgram | undefined>>();

/** The same for authorities that records name: the first few have a program, with a small table, since a sender may name any number. */
export function foreignProgramOf(pseudonymiser: Pseudonymiser, authority: string): RowProgram | undefined {
  const ofKey = foreign.get(pseudonymiser) ?? new Map<string, RowProgram | undefined>();
  foreign.set(pseudonymiser, ofKey);
  if (!ofKey.has(authority) && ofKey.size < foreignMax) ofKey.set(authority, made(pseudonymiser, authority, foreignSets));
  return ofKey.get(authority);
}

function made(pseudonymiser: Pseudonymiser, authority: string, sets?: typeof foreignSets): RowProgram | undefined {
  try {
    return new RowProgram(pseudonymiser.derivation(authority), sets);
  } catch (cause) {
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}
