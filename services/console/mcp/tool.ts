import { z } from 'zod';
import type { Answer } from '../answer/answer.js';
import type { Role } from '../users/users.js';
import type { Assistant } from './tokens.js';
import type { Voice } from './voice.js';

/** Who asks, and when. */
export interface Asking {
  readonly assistant: Assistant;
  readonly voice: Voice;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

/** What a tool says: a body by its schema and what it shows, or a refusal. `ids` are ids of 32 digits in it that are no case's and no incident's. */
export type Said = Answer & { readonly ids?: readonly string[] };

/** A question that an assistant may ask. It reads, and changes nothing. */
export interface AssistantTool {
  readonly name: string;
  readonly title: string;
  /** For the model: what it answers, in one sentence. */
  readonly description: string;
  /** Who may ask, as of people. */
  readonly roles: readonly Role[];
  readonly input: z.ZodObject;
  /** Strict: no field that it does not name goes out. */
  readonly output: z.ZodObject;
  /** `given` has passed the input's schema. Rejects with `Transient` while the store is away. */
  readonly run: (asking: Asking, given: unknown) => Promise<Said>;
}

/** A tool whose `run` has the arguments as its schema reads them. */
export function defineTool<Input extends z.ZodObject>(
  tool: Omit<AssistantTool, 'input' | 'run'> & {
    readonly input: Input;
    readonly run: (asking: Asking, given: z.infer<Input>) => Promise<Said>;
  },
): AssistantTool {
  return { ...tool, run: (asking, given) => tool.run(asking, tool.input.parse(given)) };
}

/** Arguments of a tool; one that it does not take is refused without being said again. */
export function argumentsOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? 'an argument that this tool does not take' : undefined),
  });
}

/** Texts that somebody else wrote. Not instructions, whatever they say. */
export const untrusted = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape);

export const everybody = ['analyst', 'dpo', 'operator', 'reader'] as const satisfies readonly Role[];
/** Who sees accounts and why a rule fired. */
export const investigators = ['analyst', 'dpo'] as const satisfies readonly Role[];

/** The first digits of an id, or all of them. */
export const idPrefix = z
  .string()
  .regex(/^[0-9a-f]{4,32}$/, 'is no id: 4 to 32 hexadecimal digits in lower case')
  .describe('id of a case, or its first digits (4 or more)');
