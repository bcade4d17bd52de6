import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { TopicPartition } from '#libs/event-log/port.js';

const planSchema = z.strictObject({ first: z.int().nonnegative(), last: z.int().nonnegative() });

/** The range that is being inserted. */
export type Plan = z.infer<typeof planSchema>;

/** Where a writer notes what it is about to insert, so that a restart cuts the same batch and its token is recognised. */
export interface Plans {
  read(at: TopicPartition): Promise<Plan | undefined>;
  write(at: TopicPartition, plan: Plan): Promise<void>;
}

/**
 * One small file per partition, replaced whole. It survives the end of the process; not fsynced, because a lost plan only means that rows
 * may be stored twice under one key, which reads never show.
 */
export class PlanFiles implements Plans {
  constructor(private readonly folder: string) {}

  async read(at: TopicPartition): Promise<Plan | undefined> {
    const text = await readFile(this.#pathOf(at), 'utf8').catch(() => undefined);
    try {
      return text === undefined ? undefined : planSchema.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  async write(at: TopicPartition, plan: Plan): Promise<void> {
    const path = this.#pathOf(at);
    await mkdir(this.folder, { recursive: true });
    await writeFile(`${path}.new`, JSON.stringify(plan));
    await rename(`${path}.new`, path);
  }

  #pathOf(at: TopicPartition): string {
    return join(this.folder, `${at.topic}-${at.partition}.plan.json`);
  }
}

export class PlansInMemory implements Plans {
  readonly #plans = new Map<string, Plan>();
  async read(at: TopicPartition): Promise<Plan | undefined> {
    return this.#plans.get(`${at.topic}/${at.partition}`);
  }
  async write(at: TopicPartition, plan: Plan): Promise<void> {
    this.#plans.set(`${at.topic}/${at.partition}`, plan);
  }
}
