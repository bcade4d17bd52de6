import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyMigrated } from '#libs/access-store/clickhouse/migrated-store.fixture.js';
import { attacks } from '#libs/testkit/attack/catalogue.js';
import { runAttack } from '#libs/testkit/attack/run-attacks.js';
import { Target } from '#libs/testkit/attack/target.js';
import { startMsMax } from '#libs/testkit/running-vigie.js';
import { systemClock } from '#libs/runtime/clock.js';
import { compiledModule } from '#libs/runtime/paths.js';

// The target is the built system: this name has the tests build it first.
compiledModule('cli/vigie');

describe('a running system, attacked from outside', () => {
  let target: Target;
  beforeAll(async () => {
    target = await Target.start(copyMigrated);
  }, 2 * startMsMax);
  afterAll(() => target.stop());

  it.each(attacks.filter(({ quick }) => quick))(
    'withstands $title',
    async (attack) => {
      const { verdict, observed } = await runAttack(attack, target, systemClock);
      expect({ verdict, observed }).toEqual({ verdict: 'held', observed });
    },
    300_000,
  );
});
