import { feed, type FeedOptions, type FeedProgress } from './feed.js';
import type { HecWriter, SyslogWriter, TableWriter } from './inlets.js';
import { type Road, roadOf } from './roads.js';
import type { SourceEvent } from '../event.js';

/** Whoever sends what does not come in Vigie's own format. */
export interface Inlets {
  readonly atna: SyslogWriter;
  readonly hec: HecWriter;
  readonly table: TableWriter;
}

export interface FedByRoads extends FeedProgress {
  /** Events that each road brought. */
  readonly roads: Readonly<Record<Road, number>>;
}

/** Plays events as `feed` does, each by the road of its application; the table comes when all others are through. Rejects as `feed` and the inlets do. */
export async function feedByRoads(options: FeedOptions, inlets: Inlets): Promise<FedByRoads> {
  const others = () => inlets.atna.count + inlets.hec.count;
  const onProgress = (progress: FeedProgress) => options.onProgress?.({ ...progress, accepted: progress.accepted + others() });
  const fed = await feed({ ...options, events: ownFormat(options.events, inlets), onProgress });
  await Promise.all([inlets.atna.end(), inlets.hec.end()]);
  await inlets.table.end();
  const roads = { http: fed.accepted, atna: inlets.atna.count, hec: inlets.hec.count, table: inlets.table.count };
  return { ...fed, accepted: Object.values(roads).reduce((sum, count) => sum + count, 0), roads };
}

/** The events of Vigie's own format; all others are handed to their inlets when their turn comes. */
function* ownFormat(events: Iterable<SourceEvent>, inlets: Inlets): Generator<SourceEvent> {
  for (const event of events) {
    const road = roadOf(event);
    if (road === 'http') yield event;
    else inlets[road].take(event);
  }
}
