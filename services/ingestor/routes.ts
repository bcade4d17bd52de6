import type { Clock } from '#libs/runtime/clock.js';
import { eventsRoute } from './receive/events-route.js';
import { auditEventRoute, bundleRoute } from './receive/fhir-routes.js';
import { filesRoute } from './receive/files-route.js';
import { replayRoute } from './receive/replay-route.js';
import { staysRoute } from './care/stays-route.js';
import type { Route, StreamRoute } from './receive/receiver.js';
import type { Taker } from './receive/taker.js';
import { elasticBulkRoute, elasticDocumentRoute, elasticHandshakeRoute, elasticIndexRoute } from './shippers/elastic-routes.js';
import { openToEventGrid } from './shippers/event-grid.js';
import { firehoseRoute } from './shippers/firehose-route.js';
import { gelfRoute } from './shippers/gelf-route.js';
import { lokiPushRoute } from './shippers/loki-route.js';
import { otlpLogsRoute } from './shippers/otlp-route.js';
import { splunkAckRoute, splunkEventRoute, splunkRawRoute } from './shippers/splunk-routes.js';

export interface RoutesTools {
  /** Who takes what comes; throws `HttpRefusal` 503 while nobody does. */
  readonly taker: () => Taker;
  readonly clock: Clock;
  readonly random: () => number;
  readonly inflatedBytesMax: number;
}

/** Numbers from which acknowledgements, and documents without an id, are counted: far apart, so that two processes behind one address do not give the same one. */
const firstAckMax = 2 ** 48;

/** Characters of an id that Elasticsearch gives. */
const idLength = 20;

/** What each door of the ingestor makes of a body. */
export function routesOf({ taker, clock, random, inflatedBytesMax }: RoutesTools) {
  const now = () => clock.now();
  let ack = Math.floor(random() * firstAckMax);
  let document = Math.floor(random() * firstAckMax);
  const elastic = { taker, now, newId: () => (document += 1).toString(36).padStart(idLength, '0') };
  const splunk = { taker, now, nextAck: () => (ack += 1) };
  return {
    events: openToEventGrid(eventsRoute(taker, now)),
    stays: staysRoute(taker, now),
    files: filesRoute(taker, now),
    replays: replayRoute(taker, now),
    auditEvent: auditEventRoute(taker),
    bundle: bundleRoute(taker),
    splunkEvent: splunkEventRoute(splunk),
    splunkRaw: splunkRawRoute(splunk),
    splunkAck: splunkAckRoute(),
    elasticBulk: elasticBulkRoute(elastic),
    elasticDocument: elasticDocumentRoute(elastic),
    elasticHandshake: elasticHandshakeRoute(),
    elasticIndex: elasticIndexRoute(),
    otlpJson: otlpLogsRoute('json', taker, now),
    otlpProtobuf: otlpLogsRoute('protobuf', taker, now),
    loki: lokiPushRoute({ taker, now, inflatedBytesMax }),
    gelf: gelfRoute(taker, now),
    firehose: firehoseRoute({ taker, now, inflatedBytesMax }),
  } as const satisfies Readonly<Record<string, Route | StreamRoute>>;
}
