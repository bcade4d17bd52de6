import { createHash } from 'node:crypto';
import { type CompactJWEHeaderParameters, EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';

/** By what somebody came in: the link of the board, a token, an account's password and code, or the identity provider. */
export const waysIn = ['link', 'token', 'password', 'oidc'] as const;
export type WayIn = (typeof waysIn)[number];

/** What the identity provider said of somebody: what they may follows from it at every request. */
export interface Vouched {
  /** Of their groups, those that allow something here. */
  readonly groups: readonly string[];
  readonly acr: string;
  /** For logging out there. */
  readonly hint: string;
  /** Its own name of the person, and of its session, by which it says that either is over; empty where it gave none. */
  readonly subject?: string;
  readonly sid?: string;
}

/** Somebody who logged in. Milliseconds of the wall clock. */
export interface Session {
  /** Of this login alone: 32 hexadecimal digits. */
  readonly id: string;
  readonly user: string;
  readonly beganAt: number;
  /** When they last did something themselves. */
  readonly activeAt: number;
  /** When they last proved who they are. */
  readonly confirmedAt: number;
  /** How often its person has proved again who they are: the cookies of before each time are over. */
  readonly turn: number;
  readonly how: WayIn;
  /** Of who came by the identity provider. */
  readonly vouched?: Vouched;
}

const payloadShape = z.object({
  jti: z.string(),
  sub: z.string(),
  iat: z.number(),
  began: z.number(),
  confirmed: z.number(),
  turn: z.int().nonnegative(),
  how: z.enum(waysIn),
  vouched: z
    .object({
      groups: z.array(z.string()),
      acr: z.string(),
      hint: z.string(),
      subject: z.string().default(''),
      sid: z.string().default(''),
    })
    .optional(),
});

/** A session ends so long after the last thing that its person did, and after its beginning whatever they do, in milliseconds. */
export const idleMsMax = 30 * 60_000;
export const sessionMsMax = 10 * 3_600_000;

/** For so long after somebody proved who they are, lists of patients are given to their session, in milliseconds. */
export const confirmedMsMax = 5 * 60_000;

export const sessionKeyBytes = 32;

const issuer = 'vigie-console';
const { alg, enc } = { alg: 'dir', enc: 'A256GCM' } as const;

/** Seals sessions with the first of some keys of 32 bytes, and opens those of all of them: a key is replaced by putting a new one in front. */
export class SessionSeal {
  readonly #keys: ReadonlyMap<string, Uint8Array>;

  /** Throws without a key. */
  constructor(keys: readonly Uint8Array[]) {
    if (keys.length === 0) throw new RangeError('sessions are sealed with one key at least');
    this.#keys = new Map(keys.map((key) => [idOf(key), key]));
  }

  seal(session: Session): Promise<string> {
    const { id, user, beganAt, activeAt, confirmedAt, turn, how, vouched } = session;
    const [[kid, key] = unreachable()] = this.#keys;
    return new EncryptJWT({ began: beganAt, confirmed: confirmedAt, turn, how, ...(vouched && { vouched }) })
      .setProtectedHeader({ alg, enc, kid })
      .setIssuer(issuer)
      .setSubject(user)
      .setJti(id)
      .setIssuedAt(new Date(activeAt))
      .setExpirationTime(new Date(endOf(session)))
      .encrypt(key);
  }

  /** The session of a cookie; undefined where it is over, was sealed by somebody else, or is none. */
  async open(cookie: string, now: number): Promise<Session | undefined> {
    const keyOf = ({ kid = '' }: CompactJWEHeaderParameters) => this.#keys.get(kid) ?? unreachable();
    const options = { issuer, currentDate: new Date(now), keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc] };
    try {
      const { payload } = await jwtDecrypt(cookie, keyOf, options);
      const read = payloadShape.safeParse(payload);
      if (!read.success) return undefined;
      const { jti: id, sub: user, iat, began: beganAt, confirmed: confirmedAt, turn, how, vouched } = read.data;
      return { id, user, beganAt, activeAt: iat * 1_000, confirmedAt, turn, how, ...(vouched && { vouched }) };
    } catch {
      return undefined;
    }
  }
}

/** When a session ends if its person does nothing more. */
export function endOf({ beganAt, activeAt }: Session): number {
  return Math.min(activeAt + idleMsMax, beganAt + sessionMsMax);
}

/** Says which key it was, and nothing of the key. */
function idOf(key: Uint8Array): string {
  return createHash('sha256').update('vigie session ').update(key).digest('hex').slice(0, 16);
}

function unreachable(): never {
  throw new RangeError('no key of ours');
}
