import { createRequire } from 'node:module';
import { isError } from '#libs/runtime/outcome.js';

/** What a broker answers to one thing that was asked of it. */
interface Answer {
  readonly topic?: string;
  readonly resourceName?: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}
interface Decoded {
  readonly topicErrors?: readonly Answer[];
  readonly resources?: readonly Answer[];
  readonly creationResponses?: readonly Answer[];
}
interface Asked {
  readonly response: { readonly parse: (data: Decoded) => Promise<unknown> };
}
interface Api {
  protocol(of: { readonly version: number }): (options: unknown) => Asked;
  tells?: true;
}

/** Requests by which topics are made and changed, and rights given. */
const askedByOperators = ['createTopics', 'alterConfigs', 'createAcls'] as const;

/**
 * A broker says why it makes no topic, and kafkajs passes on "Topic creation errors", or the name of the error. Here the message of what is thrown is the broker's: which topic, and
 * what is wrong with it.
 */
export function tellReasons(): void {
  for (const name of askedByOperators) {
    const api: Api = createRequire(import.meta.url)(`kafkajs/src/protocol/requests/${name}`);
    if (api.tells) continue;
    const { protocol } = api;
    api.protocol = ({ version }) => {
      const requestOf = protocol({ version });
      return (options) => {
        const request = requestOf(options);
        const { parse } = request.response;
        const parseAndTell = (data: Decoded) =>
          parse(data).catch((cause: unknown) => {
            const reasons = reasonsIn(data);
            if (isError(cause) && reasons) cause.message = `${cause.message}: ${reasons}`;
            throw cause;
          });
        return { ...request, response: { ...request.response, parse: parseAndTell } };
      };
    };
    api.tells = true;
  }
}

function reasonsIn({ topicErrors = [], resources = [], creationResponses = [] }: Decoded): string {
  const failed = [...topicErrors, ...resources, ...creationResponses].filter(({ errorCode }) => errorCode !== 0);
  const texts = failed.map(({ topic, resourceName, errorCode, errorMessage }) =>
    [topic ?? resourceName, errorMessage ?? `error ${errorCode}`].filter(Boolean).join(': '),
  );
  return [...new Set(texts)].join('; ');
}
