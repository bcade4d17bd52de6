import kafkajs from 'kafkajs';
import { type KafkaOptions, questionMsMax, within } from '../client.js';
import { factsOf, type TopicFacts, withAdmin } from './admin.js';

/** One setting of a topic that is another than it should be. */
export interface TopicChange {
  readonly topic: string;
  readonly setting: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Gives topics that are there the settings that are wanted, and leaves their others alone; `only` says what would change and changes nothing.
 * The protocol that kafkajs speaks replaces all settings of a topic at once, so what was set on the topic before is sent along.
 */
export async function alterTopics(
  options: KafkaOptions,
  wanted: Readonly<Record<string, Readonly<Record<string, string>>>>,
  { only = false }: { readonly only?: boolean } = {},
): Promise<readonly TopicChange[]> {
  return withAdmin(options, async (admin) => {
    const facts = await factsOf(admin, options, Object.keys(wanted));
    const changes = facts.flatMap((one) => changesOf(one, wanted[one.topic] ?? {}));
    const changed = facts.filter(({ topic }) => changes.some((one) => one.topic === topic));
    if (only || changed.length === 0) return changes;
    const resources = changed.map((one) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: (options.prefix ?? '') + one.topic,
      configEntries: Object.entries({ ...ownSettings(one), ...wanted[one.topic] }).map(([name, value]) => ({ name, value })),
    }));
    const asked = admin.alterConfigs({ validateOnly: false, resources });
    await within(options.clock, questionMsMax, 'change of settings', asked);
    return changes;
  });
}

/** What differs between a topic and what is wanted of it. */
export function changesOf({ topic, settings }: TopicFacts, wanted: Readonly<Record<string, string>>): readonly TopicChange[] {
  return Object.entries(wanted).flatMap(([setting, to]) => {
    const from = settings[setting] ?? '';
    return from === to ? [] : [{ topic, setting, from, to }];
  });
}

function ownSettings({ own, settings }: TopicFacts): Readonly<Record<string, string>> {
  return Object.fromEntries(own.map((name) => [name, settings[name] ?? '']));
}
