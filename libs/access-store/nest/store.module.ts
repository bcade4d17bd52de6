// nest/: the store as a provider that services inject, opened and closed with them.
// The only room here that knows Nest.

import { type DynamicModule, Module } from '@nestjs/common';
import type { CommonConfig } from '#libs/runtime/config.js';
import { seenIn } from '#libs/runtime/renewal/certificates-seen.js';
import { endsOf, EndWatch, watchUrl } from '#libs/runtime/renewal/end-watch.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { storeAddressOf } from '../clickhouse/address.js';
import { createStoreClient } from '../clickhouse/client.js';

/** Injection token of the client of ClickHouse. */
export const STORE_CLIENT = Symbol('ClickHouse client');
export type StoreClient = ReturnType<typeof createStoreClient>;

/** The client of ClickHouse, closed after everything that was made with it. It connects when it is first asked something. */
@Module({})
export class StoreModule {
  static forService(config: CommonConfig): DynamicModule {
    const client = {
      provide: STORE_CLIENT,
      inject: [Shutdown, EndWatch],
      useFactory: (shutdown: Shutdown, ends: EndWatch) => {
        const address = storeAddressOf(config);
        const made = createStoreClient(address);
        shutdown.add('ClickHouse client', () => made.close());
        watchUrl(ends, config.CLICKHOUSE_URL);
        const { certificateNow } = address;
        if (certificateNow) void ends.add(() => endsOf(seenIn('CLICKHOUSE_TLS_CERT', () => certificateNow().certificate)));
        return made;
      },
    };
    return { module: StoreModule, providers: [client], exports: [client] };
  }
}
