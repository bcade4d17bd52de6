// chat/: Slack, Mattermost and Teams, by the address of an incoming webhook or a workflow, which is itself the secret.
// Plain text without marks: an account that is called like a command, a mention or a link stays a name.
import type { Sender, SenderTools } from '../channel.js';
import { post } from '../http/attempt.js';
import type { Told } from '../told/told.js';

/** Cases that a message lists, and characters that it holds at most. */
export const listedMax = 20;
export const textMax = 4_000;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What Slack asks for: three characters by their names. Without `mrkdwn` nothing else has a meaning. */
function forSlack(text: string): string {
  return text.replaceAll(/[&<>]/g, (character) => entities[character] ?? '');
}

/** Mattermost reads Markdown always, and mentions wherever an `@` begins a word: it is parted from the word by a space that nobody sees. */
function forMattermost(text: string): string {
  return forSlack(text)
    .replaceAll(/[\\`*_~[\]()#|!{}]/g, String.raw`\$&`)
    .replaceAll(/(?<![\p{L}\p{N}])@/gu, '@\u200b');
}

/** The body for Slack. */
export function slackBody(told: Told): Readonly<Record<string, unknown>> {
  return { text: textOf(told, forSlack), mrkdwn: false };
}

/** The body for Mattermost. */
export function mattermostBody(told: Told): Readonly<Record<string, unknown>> {
  return { text: textOf(told, forMattermost) };
}

/** What is cut is cut before it is escaped, so that no escape is halved. */
function textOf(told: Told, escape: (text: string) => string): string {
  const lines = [told.headline, told.sentence, ...told.lines(listedMax)].filter(Boolean);
  const cut = cutTo(lines.join('\n'), textMax);
  return [escape(cut), ...(told.url === undefined ? [] : [told.url])].join('\n');
}

/** At most so many characters, and a sign where something is missing. Never half a character. */
export function cutTo(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A sender for receivers that take a JSON body at an address and say by the status what they made of it. */
export function jsonSender(url: string, tools: SenderTools, bodyOf: (told: Told) => Readonly<Record<string, unknown>>): Sender {
  return {
    send(told, signal) {
      const headers = { 'content-type': 'application/json', 'user-agent': 'vigie-notifier' };
      return post(tools, { url, headers, body: JSON.stringify(bodyOf(told)) }, signal);
    },
  };
}
