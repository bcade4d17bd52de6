import { textsOf } from '#libs/texts/words.js';
import type { Told } from '../told/told.js';
import { cutTo, listedMax, textMax } from './chat.js';

const run = (text: string, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'RichTextBlock',
  inlines: [{ type: 'TextRun', text, ...more }],
});

/**
 * An Adaptive Card 1.2 in the envelope of a workflow of Teams ("When a Teams webhook request is received"). Text lies in text runs, which
 * know no Markdown: an account stays a name, whatever it is called.
 */
export function teamsBody(told: Told): Readonly<Record<string, unknown>> {
  const { headline, sentence, facts, url, open, speech } = told;
  const { label } = textsOf(speech.locale);
  const body = [
    run(headline, { weight: 'Bolder' }),
    run(cutTo(sentence, textMax)),
    ...told.lines(listedMax).map((line) => run(line)),
    ...facts.map(([name, value]) => run(cutTo(label(name, value), textMax), { size: 'Small' })),
  ];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body,
          ...(url !== undefined && { actions: [{ type: 'Action.OpenUrl', title: open, url }] }),
        },
      },
    ],
  };
}
