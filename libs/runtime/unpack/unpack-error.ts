/** Packed bytes that cannot be read to their end: damaged, cut off, with something else behind them, or over a limit. */
export class UnpackError extends Error {
  override readonly name = 'UnpackError';

  constructor(
    readonly reason: 'damaged' | 'cut_off' | 'junk_behind' | 'too_many_frames' | 'too_large',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a frame of zstd that is whole may ask for and does not get (RFC 8878, section 5). */
const wanted: Readonly<Record<string, string>> = {
  ZSTD_error_frameParameter_windowTooLarge: 'needs more than 128 MiB to be unpacked; compress it without --long and --ultra',
  ZSTD_error_dictionary_wrong: 'was compressed with a dictionary, which is not here; compress it without one',
};

/** What a decoder of `node:zlib` said, in our words; whatever else went wrong comes back as it is. */
export function unpackErrorOf(cause: unknown, encoding: string): unknown {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  if (code === 'ERR_BUFFER_TOO_LARGE') return new UnpackError('too_large', `the ${encoding} is too large unpacked`, { cause });
  if (code === 'Z_BUF_ERROR') return new UnpackError('cut_off', `the ${encoding} is cut off`, { cause });
  const asked = Object.hasOwn(wanted, code) ? wanted[code] : undefined;
  if (asked) return new UnpackError('damaged', `the ${encoding} ${asked}`, { cause });
  return /^(Z_|ZSTD_|ERR_)/.test(code)
    ? new UnpackError('damaged', `this is no ${encoding}, or a damaged one (${code})`, { cause })
    : cause;
}
