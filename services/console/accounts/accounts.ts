import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '#libs/runtime/clock.js';
import type { User } from '../users/users.js';
import type { Account, AccountFile } from './account-file.js';
import { Lanes } from './lanes.js';
import { hashOfPassword, isPassword, type PasswordCost, passwordCost, weaknessOfPassword } from './password.js';
import { digestOfRecoveryCode, newRecoveryCodes } from './recovery-codes.js';
import type { SecretBox } from './secret-box.js';
import { base32Of, newTotpSecret, stepOfCode, totpUri } from './totp.js';
import { Tries } from './tries.js';

/** Hashes at once, and those that wait: 128 MiB at most. */
const hashes = { running: 2, waiting: 30 } as const;

export interface AccountTools {
  readonly file: AccountFile;
  readonly box: SecretBox;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether analysts and data-protection officers may do without a code: behind loopback only. */
  readonly codesAreOptional: boolean;
  readonly cost?: PasswordCost;
}

export interface Given {
  readonly user: string;
  readonly password: string;
  /** Of their phone, or a recovery code; empty for who has none. */
  readonly code: string;
}

/** `too_many` is said of everybody alike, whether they exist or not. */
export type Entered = User | 'unknown' | 'too_many';

/** What a page shows of a link. */
export interface SetupShown {
  readonly user: string;
  readonly needs_code: boolean;
  readonly totp: { readonly secret: string; readonly uri: string };
}

export type SetupDone =
  | { readonly user: User; readonly recovery: readonly string[] }
  | { readonly wrong: 'link' | 'code' }
  | { readonly wrong: 'password'; readonly why: string };

/** Who has an account, and whether somebody is who they say. */
export class Accounts {
  readonly #tries = new Tries();
  readonly #lanes = new Lanes(hashes);
  /** Of nobody: what is compared for who does not exist, so that they take as long. */
  #nobody: Promise<string> | undefined;

  constructor(private readonly tools: AccountTools) {}

  /** Whether anybody has an account. */
  get any(): boolean {
    return !this.tools.file.isEmpty;
  }

  has(id: string): boolean {
    return this.tools.file.read(id) !== undefined;
  }

  /** Who may use the console by this id; undefined for who is disabled, or has not what their roles need. */
  named(id: string): User | undefined {
    const found = this.tools.file.read(id);
    return found && this.#isWhole(found) ? userOf(found) : undefined;
  }

  /** Sessions that began before are over, in milliseconds. */
  sessionsFrom(id: string): number {
    return this.tools.file.read(id)?.sessions_from ?? 0;
  }

  /** By what somebody who is logged in proves again who they are. */
  factorOf(id: string): 'code' | 'password' {
    return this.tools.file.read(id)?.totp == null ? 'password' : 'code';
  }

  /** Lets somebody in. Of whom is refused nothing is said, and each takes a password's time. */
  async enter({ user: id, password, code }: Given, address: string): Promise<Entered> {
    const now = this.tools.clock.now();
    const name = id.trim().toLowerCase();
    if (!this.#tries.begin(name, address, now)) return 'too_many';
    const found = this.tools.file.read(name);
    // Made for whoever comes first, so that nobody's answer takes longer than another's.
    const ofNobody = await this.#hashOfNobody();
    const hash = found?.password ?? ofNobody;
    const isTheirs = await this.#lanes.run(() => isPassword(password, hash));
    if (isTheirs === undefined) return 'too_many';
    const entered = isTheirs && found ? this.#take(found.id, hash, code) : undefined;
    if (!entered) return 'unknown';
    this.#tries.succeeded(name, address, now);
    return userOf(entered);
  }

  /** Whether who is logged in is still there: by a new code, or by their password where they have none. */
  async confirm(
    id: string,
    given: { readonly code?: string; readonly password?: string },
    address: string,
  ): Promise<boolean | 'too_many'> {
    const now = this.tools.clock.now();
    const name = id.toLowerCase();
    if (!this.#tries.begin(name, address, now)) return 'too_many';
    const found = this.tools.file.read(id);
    if (!found?.password) return false;
    const { password: hash } = found;
    if (found.totp === null) {
      const isTheirs = await this.#lanes.run(() => isPassword(given.password ?? '', hash));
      if (isTheirs === undefined) return 'too_many';
      if (!isTheirs) return false;
    }
    if (!this.#take(id, hash, given.code ?? '')) return false;
    this.#tries.succeeded(name, address, now);
    return true;
  }

  /** What the page of a link shows; undefined where the link is none, or over. The secret of the codes is the same however often it is asked for. */
  setup(secret: string): SetupShown | undefined {
    const found = this.#withLink(secret);
    if (!found?.setup) return undefined;
    const known = found.setup.totp === null ? undefined : this.tools.box.open(found.setup.totp, found.id);
    const totp = known ?? newTotpSecret();
    const { setup } = found;
    if (!known)
      this.#change(found.id, (now) =>
        now.setup?.sha256 === setup.sha256
          ? { ...now, setup: { ...setup, totp: this.tools.box.seal(totp, found.id) } }
          : undefined,
      );
    return { user: found.id, needs_code: this.#needsCode(found), totp: { secret: base32Of(totp), uri: totpUri(totp, found.id) } };
  }

  /** Takes the password and the first code that somebody chose by their link, which is used up then; they begin anew with both. */
  async finishSetup(secret: string, password: string, code: string): Promise<SetupDone> {
    const found = this.#withLink(secret);
    if (!found?.setup) return { wrong: 'link' };
    const why = weaknessOfPassword(password, found.id);
    if (why !== undefined) return { wrong: 'password', why };
    const now = this.tools.clock.now();
    const totp = found.setup.totp === null ? undefined : this.tools.box.open(found.setup.totp, found.id);
    const wantsCode = code !== '' || this.#needsCode(found);
    const step = totp && wantsCode ? stepOfCode(totp, code, now, -1) : undefined;
    if (wantsCode && (step === undefined || !totp)) return { wrong: 'code' };
    const hash = await this.#lanes.run(() => hashOfPassword(password, this.tools.cost ?? passwordCost));
    if (hash === undefined) return { wrong: 'link' };
    const recovery = step === undefined ? [] : newRecoveryCodes();
    const { sha256 } = found.setup;
    const done = this.#change(found.id, (one) =>
      one.setup?.sha256 === sha256 && one.setup.totp === found.setup?.totp
        ? {
            ...one,
            password: hash,
            setup: null,
            sessions_from: now,
            last_login_at: now,
            recovery: recovery.map(digestOfRecoveryCode),
            totp: totp && step !== undefined ? this.tools.box.seal(totp, found.id) : null,
            used_step: step ?? -1,
          }
        : undefined,
    );
    return done ? { user: userOf(done), recovery } : { wrong: 'link' };
  }

  /** Ends every session of somebody. */
  endSessions(id: string): void {
    this.#change(id, (one) => ({ ...one, sessions_from: this.tools.clock.now() + 1 }));
  }

  /** New recovery codes in the place of the old ones; undefined for who has no code that they could take the place of. */
  renewRecovery(id: string): readonly string[] | undefined {
    const codes = newRecoveryCodes();
    const recovery = codes.map(digestOfRecoveryCode);
    return this.#change(id, (one) => (one.totp === null ? undefined : { ...one, recovery })) && codes;
  }

  /** What was right of somebody a moment ago is used up, if it still is: a code counts once, whoever else comes with it at the same time. */
  #take(id: string, hash: string, code: string): Account | undefined {
    const { box, clock } = this.tools;
    const now = clock.now();
    return this.#change(id, (one) => {
      if (one.password !== hash || !this.#isWhole(one)) return undefined;
      const came = { ...one, last_login_at: now };
      if (one.totp === null) return came;
      const secret = box.open(one.totp, one.id);
      const step = secret && stepOfCode(secret, code, now, one.used_step);
      const totp = secret && !box.isNewest(one.totp) ? box.seal(secret, one.id) : one.totp;
      if (step !== undefined) return { ...came, totp, used_step: step };
      const digest = digestOfRecoveryCode(code);
      return one.recovery.includes(digest)
        ? { ...came, totp, recovery: one.recovery.filter((kept) => kept !== digest) }
        : undefined;
    });
  }

  #change(id: string, to: (now: Account) => Account | undefined): Account | undefined {
    return this.tools.file.change(id, to);
  }

  #withLink(secret: string): Account | undefined {
    const found = this.tools.file.withSetup(digestOfLink(secret));
    return found && !found.disabled && found.setup && this.tools.clock.now() < found.setup.ends_at ? found : undefined;
  }

  #isWhole(one: Account): boolean {
    return !one.disabled && one.password !== null && (one.totp !== null || !this.#needsCode(one));
  }

  /** Who sees lists of patients needs something that nobody can look over their shoulder for. */
  #needsCode({ roles }: Pick<Account, 'roles'>): boolean {
    return !this.tools.codesAreOptional && (roles.includes('analyst') || roles.includes('dpo'));
  }

  #hashOfNobody(): Promise<string> {
    this.#nobody ??= hashOfPassword(randomBytes(16).toString('hex'), this.tools.cost ?? passwordCost);
    return this.#nobody;
  }
}

/** What a link for choosing a password is known by. */
export function digestOfLink(secret: string): string {
  return createHash('sha256').update(`vigie setup ${secret}`).digest('hex');
}

function userOf({ id, roles, clinics }: Account): User {
  return { id, roles, clinics: clinics ?? undefined };
}
