import { CaseBook } from '#libs/cases/case-book.js';
import { ControllerRegister, type RegisterTools } from '#libs/case-log/controller-register.js';
import { standardPolicy } from '#libs/cases/policy.js';
import { CaseReader } from '#libs/case-log/case-reader.js';
import { resendEveryMs } from '#libs/channels/alertmanager/alerts.js';
import { partitionOf, topics } from '#libs/contracts/topics.js';
import type { Join, Membership, Reader } from '#libs/event-log/port.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Routing } from '#libs/routing/routing.js';
import type { Send } from '#libs/routing/send.js';
import { AuditHeads, type AuditHeadsTools, lookEveryMs as headsEveryMs } from './heads.js';
import { Ownership } from './ownership.js';
import { lookEveryMs as fileEveryMs, RoutingFile, type RoutingFileTools } from './routing-file.js';
import { Teller, type TellerTools } from './teller.js';
import { Told, type ToldTools } from './told.js';

/** What cases are made of. */
const caseTopics = [topics.incidents, topics.actions];

/** Bytes of frames taken over in one call. */
const batchBytesMax = 1024 * 1024;

/** Time between two looks at what is due, and what comes within it is looked at together, milliseconds. */
const lookEveryMs = 500;
const gatherMs = 20;

/** The group that shares the cases out among notifiers. Names of endpoints hold no point, so that none can be this one. */
const ownersGroup = 'vigie-notifier.owners';

export interface CasesTools
  extends
    Omit<TellerTools, 'book' | 'owns' | 'told' | 'heads'>,
    Omit<RoutingFileTools, 'use'>,
    ToldTools,
    RegisterTools,
    AuditHeadsTools {
  readonly eventLog: EventLog;
  /** Of this process alone: every notifier knows every case. */
  readonly group: string;
}

/**
 * The road of cases:
 *
 *   incidents, actions -> read (from the beginning) -> book (libs/cases) -> plans (libs/routing) -> due, ours, not told yet -> courier
 *   file of routing, mutes, heads of the audit ----------------------------^                           of each receiver: plan anew, attempt
 *   owners' group: whose cases are ours, store: what others told of them -----------^
 */
export class CasesPipeline {
  readonly book: CaseBook;
  readonly #register: ControllerRegister;
  readonly teller: Teller;
  readonly file: RoutingFile;
  readonly #reader: CaseReader;
  readonly #told: Told;
  readonly #heads: AuditHeads;
  readonly #ownership = new Ownership(() => void this.#came());
  readonly #members: Membership[] = [];
  #timers: readonly (() => void)[] = [];
  #partitions = 0;
  #waits = false;
  #failed: (cause: unknown) => void = () => {};
  #reminds = false;

  constructor(
    private readonly tools: CasesTools,
    routing: Routing,
  ) {
    const { log, metrics } = tools;
    this.#register = new ControllerRegister(tools);
    this.book = new CaseBook({ ...standardPolicy, controllers: this.#register });
    this.#told = new Told(tools);
    this.#heads = new AuditHeads(tools);
    this.teller = new Teller(
      { ...tools, book: this.book, told: this.#told, heads: () => this.#heads.texts, owns: (send) => this.#owns(send) },
      routing,
    );
    this.file = new RoutingFile(routing, { ...tools, use: (given, mutes) => this.teller.use(given, mutes) });
    this.#reader = new CaseReader({ book: this.book, log, metrics, taken: () => this.#soon() });
  }

  get members(): readonly Membership[] {
    return this.#members;
  }

  /** The reader of a group, where it is one of these. */
  readerOf(group: string): Reader | undefined {
    return group === ownersGroup ? this.#ownership : group === this.tools.group ? this.#reader : undefined;
  }

  /** Why nothing is told yet, `undefined` once everything is known that there was at the start. */
  behind(): string | undefined {
    return this.#partitions === 0 ? 'waiting for the log' : this.#reader.behind(caseTopics.length * this.#partitions);
  }

  /** Waits for the log. Rejects when the topics of incidents and of actions have not the same number of partitions. */
  async start(join: Join | undefined, signal: AbortSignal, failed: (cause: unknown) => void): Promise<void> {
    const { eventLog, group, clock } = this.tools;
    const [incidents = 0, actions = 0] = await Promise.all(caseTopics.map((topic) => eventLog.partitions(topic)));
    if (incidents !== actions)
      throw new Error(`${topics.incidents} has ${incidents} partitions and ${topics.actions} ${actions}: they must have as many`);
    this.#partitions = incidents;
    this.#failed = failed;
    await this.#register.read();
    await this.#heads.look();
    await this.file.look();
    const enter = (name: string, from: readonly string[], reader: Reader) => {
      const options = { group: name, topics: from, batchBytesMax, signal };
      return join ? join(options) : eventLog.join(options, reader);
    };
    const reading = enter(group, caseTopics, this.#reader);
    const owning = enter(ownersGroup, [topics.incidents], this.#ownership);
    this.#ownership.joined(owning);
    for (const member of await Promise.all([reading, owning])) {
      member.ended.catch(failed);
      this.#members.push(member);
    }
    this.#timers = [
      this.#register.start(),
      clock.every(lookEveryMs, () => this.#look()),
      clock.every(fileEveryMs, () => void this.file.look().catch(failed)),
      clock.every(fileEveryMs, () => void this.#told.again().catch(failed)),
      clock.every(headsEveryMs, () => void this.#heads.look().catch(failed)),
      clock.every(resendEveryMs, () => void this.#remind().catch(failed)),
    ];
  }

  async stop(): Promise<void> {
    for (const end of this.#timers) end();
    await Promise.all(this.#members.map((member) => member.leave()));
    await this.teller.stop();
  }

  /** A book that is not read to its end would wake people for what was taken long ago. */
  #look(): void {
    if (this.behind() === undefined) this.teller.look();
  }

  async #remind(): Promise<void> {
    if (this.behind() !== undefined || this.#reminds) return;
    this.#reminds = true;
    await this.teller.remind().finally(() => (this.#reminds = false));
  }

  async #came(): Promise<void> {
    await this.#told.came().catch(this.#failed);
    this.#soon();
  }

  #soon(): void {
    if (this.#waits) return;
    this.#waits = true;
    void this.tools.clock.sleep(gatherMs).then(() => {
      this.#waits = false;
      this.#look();
    });
  }

  /** By the account of the case; what is about several cases goes by its own id. */
  #owns({ send_id, message }: Send): boolean {
    const row = message.case;
    return this.#ownership.has(
      row ? partitionOf(row.group_id, row.actor_id, this.#partitions) : partitionOf('', send_id, this.#partitions),
    );
  }
}
