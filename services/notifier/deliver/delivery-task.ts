import type { ToldChange } from '../channels/channel.js';
import type { Queued } from './delivery-queue.js';

/** A change on its way to one endpoint. */
export interface DeliveryTask extends Queued {
  readonly change: ToldChange;
  /** The partition that it came from. */
  readonly owner: object;
  /** To be called once it is delivered or given up. */
  readonly settled: () => void;
  /** Since this process took it over. */
  attempts: number;
  /** How often the receiver refused it. */
  refusals: number;
}
