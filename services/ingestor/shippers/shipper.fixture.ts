import { randomBytes } from 'node:crypto';
import { type Answered, IngestorUnderTest } from '../ingestor.fixture.js';

/** An ingestor that knows one token, for the tests of one shipper's door. */
export class ShipperUnderTest {
  readonly token = randomBytes(32).toString('base64url');
  #started: IngestorUnderTest | undefined;

  readonly start = async (): Promise<void> => {
    const environment = { VIGIE_INGEST_TOKENS: `siem@helix=${this.token}`, VIGIE_INGEST_BODY_BYTES: '65536' };
    this.#started = await IngestorUnderTest.start(() => environment);
  };
  readonly stop = async (): Promise<void> => this.#started?.stop();

  get ingestor(): IngestorUnderTest {
    if (!this.#started) throw new Error('not started');
    return this.#started;
  }
  get log() {
    return this.ingestor.log;
  }
  /** The token as the password of anybody. */
  get basic(): string {
    return `Basic ${Buffer.from(`anybody:${this.token}`).toString('base64')}`;
  }
  post(
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    { authorization = this.basic, ...headers }: Record<string, string> = {},
  ): Promise<Answered> {
    return this.ingestor.post(path, authorization, body, headers);
  }
}

let number = 0;

/** An event of a patient of its own. */
export function anEvent(overrides: object = {}): object {
  number += 1;
  const event = { time: '2026-11-28T08:12:03.120Z', clinic_id: 'nord', actor_id: 'amartin', action: 'read' };
  return { ...event, patient_id: `IPP-${number}-4711`, ...overrides };
}

/** An event that is refused for good. */
export function aBadEvent(): object {
  return anEvent({ action: 'peek' });
}
