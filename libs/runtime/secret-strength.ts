import { createHash } from 'node:crypto';

/** Examples that anybody can read: of the Standard Webhooks specification, and of guides that people copy from. */
const published: ReadonlySet<string> = new Set([
  'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  'plJ3nmyCDGBKInavdOK15jsl',
  '3e9ad8f4a1c04f2d8b1a5c7e9f0d2b46',
]);

/** Words that stand where a secret should. */
const placeholders =
  /replace|change[-_ ]?(?:me|it)|your[-_ ]|(?:put|insert|enter|set)[-_ ]|example|placeholder|dummy|fixme|<[^>]*>|\.\.\.|todo|tbd|xxxx/i;

/** Words of people, of no worth to a secret. Short ones only where they stand alone: chance makes them too. */
const longWords = [
  'development', 'administrator', 'replace', 'changeme', 'change', 'your', 'correct', 'horse', 'battery', 'staple', 'pseudonym', 'clickhouse', 'hospital', 'passphrase', 'password', 'webhook', 'default', 'letmein', 'welcome',
  'private', 'testing', 'ingest', 'secret', 'qwerty', 'bearer', 'vigie', 'token', 'admin', 'azerty', 'sample', 'kafka', 'bytes',
]; // prettier-ignore
const shortWords = ['local', 'random', 'string', 'test', 'demo', 'pass', 'user', 'key', 'abc'];
const knownWords = new RegExp(`${longWords.join('|')}|(?<![a-z])(?:${shortWords.join('|')})(?![a-z])`, 'gi');

/** Who can try: whoever reaches a port of the network or a row elsewhere, or only those who are on this machine already. */
export type SecretReach = 'machine' | 'network';

/**
 * Bits that a secret needs. 56 are out of reach over a network and far out for a machine that has a digest. On one machine, behind loopback,
 * words are let pass: whoever tries Vigie out writes one, and whoever reads its files needs none. A token of 16 random bytes is refused once in 3,000, of 24 never.
 */
const bitsMin: Readonly<Record<SecretReach, number>> = { machine: 24, network: 56 };

/**
 * Why these bytes are no random key, in words that follow "it is" and quote nothing; undefined when nothing speaks against them. A random
 * key of 16 bytes is refused once in a million, one of 32 never.
 */
export function weaknessOfBytes(bytes: Uint8Array, reach: SecretReach = 'network'): string | undefined {
  const base64 = Buffer.from(bytes).toString('base64');
  if (published.has(base64.replace(/=+$/, ''))) return 'an example that was published';
  const text = Buffer.from(bytes).toString('latin1');
  const isText = /^[\x20-\x7e\s]*$/.test(text);
  const weakText = isText ? weaknessOfText(text, reach) : undefined;
  if (weakText) return `text instead of random bytes, and ${weakText}`;
  // Digits are ten or sixteen bytes however many there are.
  const enough = isText ? 10 : bytes.length / 2;
  const differences = steps(bytes);
  if (new Set(bytes).size < enough) return 'made of few bytes that come again and again';
  if (new Set(differences).size < enough || new Set(steps(differences)).size < enough) return 'a row of bytes that counts';
  return undefined;
}

/** The same of a token or password as text. */
export function weaknessOfText(text: string, reach: SecretReach = 'network'): string | undefined {
  if (published.has(text.replace(/=+$/, ''))) return 'an example that was published';
  const bits = bitsOf(text);
  if (bits >= bitsMin[reach]) return undefined;
  if (placeholders.test(text)) return 'a placeholder that was never replaced';
  return `guessed too easily (about ${Math.floor(bits)} bits, ${bitsMin[reach]} are needed)`;
}

/** Whether a text only says where a secret belongs: what is beside the placeholder, read as words, is of no worth by itself. */
export function isPlaceholder(text: string): boolean {
  const rest = text.replaceAll(new RegExp(placeholders, 'gi'), ' ').replaceAll(/[-_.!]/g, ' ');
  return placeholders.test(text) && bitsOf(`${rest} `) < bitsMin.machine;
}

/** Spellings of what stands where a secret should, for those that only their digest is known of. */
const guessedFirst: readonly string[] = [
  ...longWords,
  ...shortWords,
  '', 'replace-me', 'replace-me-too', 'replace_me', 'replaceme', 'change-me', 'change_me', 'changeit', 'your-token', 'your_token', 'your token', '$token', 'the token', 'the password', 'a token', '<token>', '<a token>',
  'console-token', 'console_token', 'dummy', 'todo', 'xxxx', 'xxxxxxxx', '123456', '12345678', '123456789', '0',
]; // prettier-ignore
let guessedDigests: ReadonlySet<string> | undefined;

/**
 * Why the SHA-256 of a token, 64 hexadecimal digits in lower case, can be none of a random one, in words that follow "it is"; undefined when nothing
 * speaks against it. Knows digests of nothing, of placeholders and of single words, with a line end behind them too, and zeros in a digest's place.
 */
export function weaknessOfDigest(hex: string): string | undefined {
  guessedDigests ??= new Set(
    guessedFirst
      .flatMap((word) => [word, word.toUpperCase(), `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`])
      .flatMap((word) => [word, `${word}\n`])
      .map((word) => createHash('sha256').update(word).digest('hex')),
  );
  if (guessedDigests.has(hex)) return 'the digest of nothing, of a placeholder, or of a word that anybody tries';
  const weakness = weaknessOfBytes(Buffer.from(hex, 'hex'));
  return weakness && `${weakness}, and therefore no digest`;
}

/** Differences from byte to byte, modulo 256. */
function steps(bytes: Uint8Array): Uint8Array {
  return bytes.slice(1).map((byte, index) => byte - (bytes[index] ?? 0));
}

/** Bits of an ordinary letter inside a word of people: English has between one and two. */
const letterBits = 2;

/** Chance makes short words too, unless blanks part them. */
const wordsOfToken = /[A-Z]?[a-z]{5,}|[A-Z]{5,}|\S/g;
const wordsOfPhrase = /[A-Z]?[a-z]+|[A-Z]+|\S/g;

/**
 * A cautious estimate. A blank or another sign between words, and a character that repeats, follows its predecessor or comes from a part that was there before, adds
 * nothing, a letter of a run of one case little, any other as much as the characters that are used at all allow.
 */
function bitsOf(text: string): number {
  const rest = text.replaceAll(knownWords, '');
  const perCharacter = Math.log2(Math.min(alphabetOf(rest), 2 * new Set(rest).size));
  let bits = 0;
  for (const found of rest.matchAll(/\s/.test(rest) ? wordsOfPhrase : wordsOfToken)) {
    const [run] = found;
    for (let at = found.index; at < found.index + run.length; at += 1)
      if (!isPredictable(rest, at)) bits += run.length > 1 ? letterBits : perCharacter;
  }
  return bits;
}

function alphabetOf(text: string): number {
  if (/^[0-9]*$/.test(text)) return 10;
  if (/^[0-9a-f-]*$/i.test(text)) return 16;
  return /^[a-z0-9-]*$/.test(text) ? 36 : 64;
}

/** People put them between words; of a token of chance they are one character in thirty. */
const separators: ReadonlySet<string> = new Set('-_.');

function isPredictable(text: string, at: number): boolean {
  if (separators.has(text.charAt(at))) return true;
  const step = text.charCodeAt(at) - text.charCodeAt(at - 1);
  return Math.abs(step) <= 1 || (at >= 3 && text.slice(0, at).includes(text.slice(at - 3, at + 1)));
}
