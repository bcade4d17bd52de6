import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { weaknessOfText } from '#libs/runtime/secret-strength.js';

const derive = promisify(argon2);

/** What a hash costs: memory in KiB, passes, lanes. */
export interface PasswordCost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** The second recommendation of RFC 9106, section 4, in one lane: 64 MiB, some 0.15 s of a processor. */
export const passwordCost: PasswordCost = { memory: 65_536, passes: 3, parallelism: 1 };

/** Characters of a password, at least and at most: more would only cost more. */
export const passwordLength = { min: 12, max: 200 } as const;

const tagBytes = 32;
const saltBytes = 16;
const shape = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{22})\$([\w+/]{43})$/;

/** Why somebody may not have this password, in words that follow "the password"; undefined where nothing speaks against it. */
export function weaknessOfPassword(password: string, user: string): string | undefined {
  const { length } = [...normal(password)];
  if (length < passwordLength.min) return `has ${length} characters, ${passwordLength.min} are needed`;
  if (length > passwordLength.max) return `has ${length} characters, ${passwordLength.max} are enough`;
  if (normal(password).toLowerCase().includes(user.toLowerCase())) return 'holds the name of its user';
  // Who tries passwords at the door is stopped after a few; who has the file of accounts pays for each.
  return weaknessOfText(normal(password), 'machine') === undefined ? undefined : 'is guessed too easily';
}

/** Argon2id (RFC 9106) in the form `$argon2id$v=19$m=...,t=...,p=...$salt$tag`, base64 without `=`. */
export async function hashOfPassword(password: string, cost = passwordCost): Promise<string> {
  const nonce = randomBytes(saltBytes);
  const tag = await tagOf(password, nonce, cost);
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(nonce)}$${text(tag)}`;
}

/** Whether this is the password of a hash; of something else than a hash of ours nothing is. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, known] = shape.exec(hash) ?? [];
  if (salt === undefined || known === undefined) return false;
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  return timingSafeEqual(Buffer.from(known, 'base64'), await tagOf(password, Buffer.from(salt, 'base64'), cost));
}

function tagOf(password: string, nonce: Buffer, cost: PasswordCost): Promise<Buffer> {
  return derive('argon2id', { message: normal(password), nonce, tagLength: tagBytes, ...cost });
}

/** The same letters are the same password, whichever keyboard wrote them (RFC 8265, section 4.2). */
function normal(password: string): string {
  return password.normalize('NFC');
}

function text(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
