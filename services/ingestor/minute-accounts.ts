import { type AccountContent, accountStep } from '#libs/contracts/accounts/account-content.js';
import { quarantineRowOf } from '#libs/contracts/quarantine-row.js';
import { partitionOf } from '#libs/contracts/topics.js';
import { isoOf } from '#libs/runtime/clock.js';
import type { FrameBuilder } from './frames/frame-builder.js';
import { Ticket } from './frames/ticket.js';
import type { Intake } from './receive/intake.js';

const minuteMs = 60_000;

interface Account {
  readonly groupId: string;
  readonly source: string;
  readonly minute: number;
  accepted: number;
  quarantined: number;
  readonly reasons: Map<string, number>;
  /** Given when it is written: what is written again is the same row. */
  origin?: string;
}

/**
 * What was answered for good, per source and minute of arrival, until it is written to the log: refused records leave no other trace there, and a
 * shipper that goes wrong is found by them. A process that is killed takes the figures of its last minute along, never an event.
 */
export class MinuteAccounts {
  #open = new Map<string, Account>();
  #unwritten: readonly Account[] = [];
  #written = 0;

  /** `instance` tells this process from all others: two of them may count one minute. */
  constructor(
    private readonly frames: FrameBuilder,
    private readonly instance: string,
  ) {}

  add({ source: { groupId, source }, receivedMs, answered }: Pick<Intake, 'source' | 'receivedMs' | 'answered'>): void {
    const { accepted, quarantined, refused } = answered;
    const minute = Math.floor(receivedMs / minuteMs) * minuteMs;
    const key = `${minute}\0${groupId}\0${source}`;
    const account = this.#open.get(key) ?? { groupId, source, minute, accepted: 0, quarantined: 0, reasons: new Map() };
    this.#open.set(key, account);
    account.accepted += accepted;
    account.quarantined += quarantined;
    for (const [reason, count] of refused) account.reasons.set(reason, (account.reasons.get(reason) ?? 0) + count);
  }

  /** Gives what was counted to the log. What it is not known to have taken is written again the next time. */
  async write(): Promise<void> {
    const accounts = [...this.#unwritten, ...this.#open.values()];
    this.#open = new Map();
    this.#unwritten = [];
    if (accounts.length === 0) return;
    const ticket = new Ticket();
    for (const account of accounts) this.#append(account, ticket);
    ticket.seal();
    try {
      await ticket.done;
    } catch {
      this.#unwritten = [...this.#unwritten, ...accounts];
    }
  }

  #append(account: Account, ticket: Ticket): void {
    const { groupId: group_id, source, minute, accepted, quarantined, reasons } = account;
    const refused = [...reasons.values()].reduce((sum, count) => sum + count, 0);
    const received = accepted + quarantined + refused;
    const content: AccountContent = { received, accepted, quarantined, refused, reasons: Object.fromEntries(reasons) };
    account.origin ??= `ingestor:${this.instance}#${(this.#written += 1)}`;
    const { origin } = account;
    const row = {
      received_at: isoOf(minute),
      group_id,
      source,
      step: accountStep,
      reason: 'received',
      field: '',
      detail: '',
      origin,
      content: JSON.stringify(content),
    };
    const line = `${JSON.stringify(quarantineRowOf(row, [group_id, source, origin]))}\n`;
    const bytes = Buffer.byteLength(line);
    const frame = this.frames.room(partitionOf(group_id, source, this.frames.partitions), bytes, ticket);
    frame.buffer.write(line, frame.length, 'utf8');
    frame.advance(frame.length + bytes);
  }
}
